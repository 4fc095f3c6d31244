// An OpenID issuer on a port of its own, which says of people what a test wants.
import { OAuth2Server } from 'oauth2-mock-server'
import { DefectError } from '#base/errors.ts'

export interface TestIssuer {
  readonly url: string
  /** Claims of the next ID tokens, over the usual ones; undefined takes one away. */
  claims: Record<string, unknown>
  /** What the user info says; null: who it is and nothing more. */
  userInfo: Record<string, unknown> | null
  /** What happens to the answer to a code. */
  onToken: ((answer: { body: Record<string, unknown> | ''; statusCode: number }) => void) | null
  /** What the codes were redeemed with. */
  readonly redeemed: ReadonlyMap<string, string>[]
  stop(): Promise<void>
  /** An ID token with these claims, signed with a key of nobody's. */
  forge(claims: Record<string, unknown>): Promise<string>
}

export async function startIssuer(algorithm: 'RS256' | 'ES256' = 'RS256'): Promise<TestIssuer> {
  const server = new OAuth2Server()
  await server.issuer.keys.generate(algorithm)
  await server.start(0, '127.0.0.1')
  const url = server.issuer.url
  if (url === undefined) throw new DefectError('The issuer has no address')
  const issuer: TestIssuer = {
    url,
    claims: {},
    userInfo: null,
    onToken: null,
    redeemed: [],
    async stop() {
      if (server.listening) await server.stop()
    },
    async forge(claims) {
      const other = new OAuth2Server()
      const { kid } = server.issuer.keys.toJSON()[0] ?? {}
      await other.issuer.keys.generate('RS256', kid === undefined ? {} : { kid })
      other.issuer.url = url
      return await other.issuer.buildToken({
        scopesOrTransform: (_header, payload) => void Object.assign(payload, claims),
      })
    },
  }
  server.service.on('beforeTokenSigning', ({ payload }) => {
    for (const [name, value] of Object.entries(issuer.claims)) {
      if (value === undefined) delete payload[name]
      else payload[name] = value
    }
  })
  server.service.on('beforeResponse', (answer, { body }) => {
    issuer.redeemed.push(new Map(Object.entries(body).map(([name, value]) => [name, String(value)])))
    issuer.onToken?.(answer)
  })
  server.service.on('beforeUserinfo', (answer) => {
    answer.body = issuer.userInfo ?? { sub: issuer.claims.sub ?? 'johndoe' }
  })
  return issuer
}
