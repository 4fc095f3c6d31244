import { createHash } from 'node:crypto'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'

const limitMs = 1_500

/** Whether a password was in a published leak; false where nobody can say. */
export type IsBreached = (password: string) => Promise<boolean>

/** `SUFFIX:COUNT` a line; lines with a count of 0 are padding, which hides from the network how many there are. */
function lists(text: string, suffix: string): boolean {
  return text.split('\n').some((line) => {
    const [given = '', count = ''] = line.trim().split(':')
    return given.toUpperCase() === suffix && Number(count) > 0
  })
}

/**
 * Asks a range service in the way of api.pwnedpasswords.com: it is told five of the forty digits of the password's SHA-1, which
 * hundreds of thousands of passwords share, and answers with all the rest that it knows of those.
 * @param url where the service is, or null: nobody is asked
 */
export function createBreachCheck({ url, log }: { readonly url: string | null; readonly log: Log }): IsBreached {
  if (url === null) return async () => false
  const base = url.replace(/\/$/, '')
  let said = false
  return async (password) => {
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
    try {
      const response = await fetch(`${base}/range/${digest.slice(0, 5)}`, {
        headers: { 'add-padding': 'true', 'user-agent': 'Easel' },
        redirect: 'error',
        signal: AbortSignal.timeout(limitMs),
      })
      if (response.ok) return lists(await response.text(), digest.slice(5))
      await response.body?.cancel()
      throw new TypeError(`status ${response.status}`)
    } catch (error) {
      // A server without the internet is no reason to let nobody set a password.
      if (!said) log.warn({ reason: messageOf(error) }, 'the service of breached passwords cannot be asked')
      said = true
      return false
    }
  }
}
