// Whose connections may lead into a private network.
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { Manifest } from '#providers/spec/provider.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import type { Row } from './records.ts'
import { refuse } from './rules.ts'
import { originOf } from './storing.ts'

/** What is decided about private addresses; absent: everybody may use them. */
export interface PrivateEngines {
  /** Whose connections may lead to private addresses. */
  readonly allowed: 'everyone' | 'admins' | 'nobody'
  /** @throws ProviderError `bad-request` when the address is not a public one, `unavailable` when its name is unknown */
  readonly checkPublic: (url: string) => Promise<unknown>
}

export interface Reach {
  /** Remembers where the environment itself sends connections: there they may always go. */
  trust(baseUrl: string | null): void
  /** Whether this connection may lead to a private address now. */
  allowsPrivate(row: Row, baseUrl: string): Promise<boolean>
  /** @throws EaselError `validation-failed` when this user's connections may not lead there */
  check(userId: string, manifest: Manifest, baseUrl: string | undefined): Promise<void>
}

export function createReach({ db, privateEngines }: Pick<ConnectionDependencies, 'db' | 'privateEngines'>): Reach {
  const { allowed, checkPublic } = privateEngines
  const trusted = new Set<string | null>()

  async function mayReachPrivate(userId: string): Promise<boolean> {
    if (allowed !== 'admins') return allowed === 'everyone'
    const owner = await db.selectFrom('users').select('role').where('id', '=', userId).executeTakeFirst()
    return owner?.role === 'admin'
  }

  return {
    trust: (baseUrl) => void trusted.add(originOf(baseUrl)),
    async allowsPrivate(row, baseUrl) {
      if (baseUrl === '') return true
      // An instance connection that a person moved elsewhere is that person's.
      if (row.environment_digest !== null && trusted.has(originOf(baseUrl))) return true
      return await mayReachPrivate(row.user_id)
    },
    async check(userId, manifest, baseUrl) {
      const address = baseUrl ?? manifest.defaultBaseUrl
      if (address === null || (await mayReachPrivate(userId))) return
      try {
        await checkPublic(address)
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        // A name that cannot be found today may be tomorrow; every call looks again.
        if (error.kind !== 'bad-request') return
        const who = allowed === 'admins' ? 'only administrators' : 'nobody'
        refuse([{ field: 'body.baseUrl', message: `is inside a private network, where ${who} may use engines` }])
      }
    },
  }
}
