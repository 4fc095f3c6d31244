// Passwords and codes that somebody who is known already gives once more, tried as often as people mistype and not as programs guess.
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import type { Attempts } from './attempts.ts'
import { record } from './audit.ts'
import type { Bridge, Client, Told } from './bridge.ts'
import { verifyPassword } from './password-hash.ts'
import { passwordHashOf } from './people.ts'

export interface FactorCheckPorts {
  readonly db: Db
  readonly ask: Bridge
  readonly attempts: Attempts
}

/** Somebody who changes what guards their account. */
export interface Owner {
  readonly userId: string
  readonly client: Client
}

export interface FactorChecks {
  /** Whoever finds somebody's browser open does not know the password. @throws EaselError `validation-failed`, `conflict` without one */
  password(owner: Owner, password: string): Promise<void>
  /** @throws EaselError `validation-failed` for a code that is wrong or was shown before */
  code(owner: Owner, code: string): Promise<Told>
  /** @throws EaselError `validation-failed` */
  recoveryCode(owner: Owner, code: string): Promise<Told>
}

/** A code counts for its own half minute and its neighbours; afterwards nobody can show it again anyway. */
const codeSeconds = 120

const fault = (field: string, message: string) =>
  new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field: `body.${field}`, message }] })

const isRefusal = (error: unknown): boolean => error instanceof EaselError && error.code !== 'forbidden'

export function createFactorChecks({ db, ask, attempts }: FactorCheckPorts): FactorChecks {
  async function refuse({ userId, client }: Owner, field: string, message: string): Promise<never> {
    const detail = { asked: field }
    await record(db, { action: 'second-factor-failed', actorId: userId, address: client.address, detail })
    throw fault(field, message)
  }

  return {
    async password(owner, password) {
      const { userId } = owner
      const hash = await passwordHashOf(db, userId)
      if (hash === null) {
        throw new EaselError('conflict', 'This account has no password, so a code would guard nothing. Set one first.')
      }
      await attempts.count('password', userId)
      if (!(await verifyPassword(hash, password))) await refuse(owner, 'password', 'is not right')
      await attempts.succeeded('password', userId)
    },

    async code(owner, code) {
      const { userId, client } = owner
      const words = 'is not right, or was used already: wait for the next one'
      await attempts.count('code', userId)
      if (!(await attempts.isFirst(`totp:${userId}:${code}`, codeSeconds))) return await refuse(owner, 'code', words)
      const told = await ask(client, { method: 'POST', path: '/two-factor/verify-totp', body: { code } }).catch(
        (error: unknown) => {
          if (isRefusal(error)) return refuse(owner, 'code', words)
          throw error
        },
      )
      await attempts.succeeded('code', userId)
      return told
    },

    async recoveryCode(owner, code) {
      const { userId, client } = owner
      await attempts.count('code', userId)
      // better-auth's adapter compares and sets in a statement that on PostgreSQL two at once may both win: one code would let two in.
      const told = await attempts.alone('recovery-code', userId, async () =>
        ask(client, { method: 'POST', path: '/two-factor/verify-backup-code', body: { code } }).catch(
          async (error: unknown) => {
            if (isRefusal(error)) return await refuse(owner, 'recoveryCode', 'is not right, or was used already')
            throw error
          },
        ),
      )
      await record(db, { action: 'recovery-code-used', actorId: userId, address: client.address })
      await attempts.succeeded('code', userId)
      return told
    },
  }
}
