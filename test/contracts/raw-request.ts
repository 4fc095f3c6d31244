// An HTTP client that sends exactly what it is told: any Host, Origin or path, or no content type at all.
import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface RawRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export async function sendRaw(
  baseUrl: string,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl)
  return await new Promise((resolve, reject) => {
    const counted = body !== undefined && headers['transfer-encoding'] === undefined
    const length = counted ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    const sent = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent: false },
      (answer) => {
        text(answer).then(
          (words) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: words }),
          reject,
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
