// A browser as far as signing in goes: it keeps cookies and says where it comes from. Nothing of Easel's own is in it.
import type { Answer, Question, TestServer } from './server.ts'

export interface Browser {
  /** The origin of the page that asks. */
  readonly origin: string
  ask(question: Question | string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  /** Follows a link, as from another website. */
  visit(path: string): Promise<Answer>
  /** Value of a cookie that it keeps, or null. */
  cookie(name: string): string | null
  /** All of them, as it sends them. */
  cookies(): string
  setCookie(name: string, value: string): void
}

/** @param host by which it reaches the server, without the port */
export function openBrowser(server: TestServer, host = 'localhost'): Browser {
  const { port } = new URL(server.baseUrl)
  const origin = `http://${host}:${port}`
  const jar = new Map<string, string>()

  function keep({ headers }: Answer): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      if (attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')) jar.delete(name)
      else jar.set(name, pair.slice(at + 1))
    }
  }

  const cookies = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')

  async function send(question: Question): Promise<Answer> {
    const cookie = cookies()
    const headers = { host: `${host}:${port}`, ...(cookie === '' ? {} : { cookie }), ...question.headers }
    const answer = await server.ask({ ...question, headers })
    keep(answer)
    return answer
  }

  return {
    origin,
    ask: (question) => send(typeof question === 'string' ? { path: question } : question),
    post: (path, body) => send({ method: 'POST', path, body, headers: { origin } }),
    visit: (path) =>
      send({
        path,
        headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      }),
    cookies,
    cookie: (name) => jar.get(name) ?? null,
    setCookie: (name, value) => void jar.set(name, value),
  }
}

/** The headers of what this browser would ask now, for who asks by other means. */
export function sentBy({ origin, cookies }: Browser): { cookie: string; host: string; origin: string } {
  return { cookie: cookies(), host: `localhost:${new URL(origin).port}`, origin }
}
