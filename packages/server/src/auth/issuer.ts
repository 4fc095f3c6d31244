// What is asked of the OpenID issuer: where things are, a token for a code, and whether the token is sound.
import type { SingleSignOnFault } from '@easel/contract'
import { verifyJwsAccessToken } from '@better-auth/core/oauth2'
import { z } from 'zod'
import { systemClock, type Clock } from '#base/clock.ts'

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the button says. */
  readonly name: string
}

/** Single sign-on did not work; `fault` is what the person is told. */
export class SingleSignOnError extends Error {
  override readonly name = 'SingleSignOnError'
  readonly fault: SingleSignOnFault

  constructor(fault: SingleSignOnFault, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.fault = fault
  }
}

/** What the issuer says of a person. Their picture is left out: nothing of ours may be made to fetch an address that others choose. */
export interface Claims {
  readonly subject: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly name: string | null
}

export interface Issuer {
  /** Where the browser is sent. @throws SingleSignOnError */
  authorizationUrl(parameters: Readonly<Record<string, string>>): Promise<string>
  /** @throws SingleSignOnError */
  redeem(code: string, given: { verifier: string; nonce: string; redirectUri: string }): Promise<Claims>
}

const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url({ protocol: /^https?$/ }),
  token_endpoint: z.url({ protocol: /^https?$/ }),
  jwks_uri: z.url({ protocol: /^https?$/ }),
  userinfo_endpoint: z.url({ protocol: /^https?$/ }).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
})
type Discovery = z.infer<typeof Discovery>

const Tokens = z.object({ id_token: z.string(), access_token: z.string().optional() })
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })
/** Some issuers write truth as text. */
const Truth = z.union([z.boolean(), z.literal('true').transform(() => true), z.unknown().transform(() => false)])
const Person = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  email_verified: Truth.optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
})

const limitMs = 10_000
const maxBytes = 1024 * 1024
const discoveryMs = 600_000
/** Signed with a key of the issuer's own; never with what both sides share, and never not at all. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

async function readLimited(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > maxBytes) throw new TypeError('the answer is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** @throws SingleSignOnError `unreachable`, or `invalid` when the issuer refuses */
async function fetchJson(url: string, init: RequestInit = {}): Promise<unknown> {
  const about = new URL(url).pathname
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(limitMs) })
    const text = await readLimited(response)
    if (response.ok) return JSON.parse(text)
    const refused = response.status >= 400 && response.status < 500 && init.method === 'POST'
    throw new SingleSignOnError(refused ? 'invalid' : 'unreachable', `${about} answered ${response.status}`)
  } catch (error) {
    if (error instanceof SingleSignOnError) throw error
    throw new SingleSignOnError('unreachable', `${about} cannot be asked`, { cause: error })
  }
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '')

function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { data, error } = schema.safeParse(value)
  if (data === undefined)
    throw new SingleSignOnError('unreachable', `${what} is not what OpenID says`, { cause: error })
  return data
}

/** The secret goes into the header where the issuer does not say otherwise (OpenID Connect Core 1.0, section 9). */
function credentialsOf({ clientId, clientSecret }: OidcSettings, methods: readonly string[] | undefined) {
  if (methods !== undefined && !methods.includes('client_secret_basic')) {
    return { headers: {}, body: { client_id: clientId, client_secret: clientSecret } }
  }
  const encoded = [clientId, clientSecret].map((part) => new URLSearchParams({ a: part }).toString().slice(2)).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }, body: {} }
}

function createDiscovery({ issuer }: OidcSettings, { now }: Clock) {
  let known: { readonly discovery: Discovery; readonly untilMs: number } | null = null
  return async (): Promise<Discovery> => {
    if (known !== null && known.untilMs > now()) return known.discovery
    const said = await fetchJson(`${withoutSlash(issuer)}/.well-known/openid-configuration`)
    const discovery = read(Discovery, said, 'the discovery document')
    if (withoutSlash(discovery.issuer) !== withoutSlash(issuer)) {
      throw new SingleSignOnError('unreachable', 'the discovery document is of another issuer')
    }
    known = { discovery, untilMs: now() + discoveryMs }
    return discovery
  }
}

const toClaims = ({
  sub,
  email,
  email_verified: verified,
  name,
  preferred_username: username,
}: z.infer<typeof Person>) => ({
  subject: sub,
  email: email?.toLowerCase() ?? null,
  emailVerified: verified ?? false,
  name: name ?? username ?? null,
})

export function createIssuer(settings: OidcSettings, clock: Clock = systemClock): Issuer {
  const { clientId } = settings
  const discover = createDiscovery(settings, clock)
  /** Under which the keys are remembered. */
  const keySet = {}

  async function verify(token: string, discovery: Discovery, nonce: string): Promise<z.infer<typeof Person>> {
    try {
      const payload = await verifyJwsAccessToken(token, {
        jwksFetch: async () => read(KeySet, await fetchJson(discovery.jwks_uri), 'the key set'),
        jwksCacheKey: keySet,
        verifyOptions: {
          issuer: discovery.issuer,
          audience: clientId,
          algorithms,
          clockTolerance: 60,
          requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
          currentDate: new Date(clock.now()),
        },
      })
      if (payload.nonce !== nonce) throw new TypeError('the nonce is another one')
      if (payload.azp !== undefined && payload.azp !== clientId) throw new TypeError('it was made for somebody else')
      return Person.parse(payload)
    } catch (error) {
      if (error instanceof SingleSignOnError) throw error
      throw new SingleSignOnError('invalid', 'the ID token is not sound', { cause: error })
    }
  }

  /** What the ID token leaves out, some issuers tell here. */
  async function complete(person: z.infer<typeof Person>, discovery: Discovery, accessToken: string | undefined) {
    if (person.email !== undefined || discovery.userinfo_endpoint === undefined || accessToken === undefined)
      return person
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
    const more = read(Person, await fetchJson(discovery.userinfo_endpoint, { headers }), 'the user info')
    if (more.sub !== person.sub) throw new SingleSignOnError('invalid', 'the user info is of another person')
    // The address and whether it is verified are one statement.
    return { ...more, ...person, email: more.email, email_verified: more.email_verified }
  }

  return {
    async authorizationUrl(parameters) {
      const url = new URL((await discover()).authorization_endpoint)
      for (const [name, value] of Object.entries({ client_id: clientId, ...parameters }))
        url.searchParams.set(name, value)
      return url.href
    },

    async redeem(code, { verifier, nonce, redirectUri }) {
      const discovery = await discover()
      const { headers, body } = credentialsOf(settings, discovery.token_endpoint_auth_methods_supported)
      const asked = {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        ...body,
      }
      const said = await fetchJson(discovery.token_endpoint, {
        method: 'POST',
        headers: { accept: 'application/json', ...headers },
        body: new URLSearchParams(asked),
      })
      const tokens = read(Tokens, said, 'the answer to the code')
      const person = await verify(tokens.id_token, discovery, nonce)
      return toClaims(await complete(person, discovery, tokens.access_token))
    },
  }
}
