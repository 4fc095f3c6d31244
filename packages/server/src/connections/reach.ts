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

/** Where what a user names by its address may be. */
export interface AddressRule {
  /** Whether private addresses are allowed to this user, as the user is now. */
  mayReachPrivate(userId: string): Promise<boolean>
  /** Why this user may not use an address, as in “is …”; null: nothing stands against it. */
  refusal(userId: string, url: string): Promise<string | null>
}

/** @param doing what those who may not go there cannot do, as in “may use engines” */
export function createAddressRule(
  { db, privateEngines }: Pick<ConnectionDependencies, 'db' | 'privateEngines'>,
  doing: string,
): AddressRule {
  const { allowed, checkPublic } = privateEngines

  async function mayReachPrivate(userId: string): Promise<boolean> {
    if (allowed !== 'admins') return allowed === 'everyone'
    const owner = await db.selectFrom('users').select('role').where('id', '=', userId).executeTakeFirst()
    return owner?.role === 'admin'
  }

  return {
    mayReachPrivate,
    async refusal(userId, url) {
      if (await mayReachPrivate(userId)) return null
      try {
        await checkPublic(url)
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        // A name that cannot be found today may be tomorrow; every call looks again.
        if (error.kind !== 'bad-request') return null
        const who = allowed === 'admins' ? 'only administrators' : 'nobody'
        return `is inside a private network, where ${who} may ${doing}`
      }
      return null
    },
  }
}

export function createReach(ports: Pick<ConnectionDependencies, 'db' | 'privateEngines'>): Reach {
  const { mayReachPrivate, refusal } = createAddressRule(ports, 'use engines')
  const trusted = new Set<string | null>()

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
      const message = address === null ? null : await refusal(userId, address)
      if (message !== null) refuse([{ field: 'body.baseUrl', message }])
    },
  }
}
