import { createTransport } from 'nodemailer'
import { codeOf, messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'

export interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text. */
  readonly text: string
}

export interface Mailer {
  /** Hands a mail over without waiting for it: how long that takes would tell who has an account. */
  send(mail: Mail): void
  /** Waits for what is on its way. */
  close(): Promise<void>
}

const timeoutMs = 10_000
/** More mails on their way than this are not taken: the mail server is slow or gone. */
const maxPending = 100

/** Without the mail server's own words: some repeat the password that they refuse. */
function reasonOf(error: unknown): string {
  const answered = typeof error === 'object' && error !== null && 'responseCode' in error
  return answered ? `${codeOf(error) ?? ''} ${String(error.responseCode)}` : messageOf(error)
}

/** @param settings the mail server's address with user name and password, and the sender */
export function createMailer(settings: { readonly url: string; readonly from: string }, log: Log): Mailer {
  const transport = createTransport(
    { url: settings.url, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    { from: settings.from },
  )
  const pending = new Set<Promise<void>>()
  return {
    send(mail) {
      if (pending.size >= maxPending) {
        log.error('a mail was not sent: too many are on their way')
        return
      }
      const sending = transport.sendMail(mail).then(
        () => {},
        (error: unknown) => log.error({ reason: reasonOf(error) }, 'a mail could not be sent'),
      )
      pending.add(sending)
      void sending.finally(() => pending.delete(sending))
    },
    async close() {
      await Promise.all(pending)
      transport.close()
    },
  }
}
