// How pictures come in the answers of servers in the manner of OpenAI's Images API: inside, or by address.
import { z } from 'zod'
import type { EngineHttp } from '../spec/provider.ts'
import { decodeBase64Image } from './base64.ts'

const linkedPicture = { maxBytes: 60_000_000, timeoutMs: 120_000 }

/** The fields that all of them have. */
export const sentPicture = z.object({
  /** Its bytes where they were taken out of the answer's own. */
  b64_json: z.union([z.string(), z.instanceof(Uint8Array)]).nullish(),
  url: z.string().nullish(),
})
export type SentPicture = z.infer<typeof sentPicture>

/**
 * The bytes as they were sent: content credentials in them are signed over every byte. Takes base64, data URLs and addresses (also
 * relative ones), and fetches the latter.
 * @param engine its name in messages
 * @returns null when there is no picture
 * @throws ProviderError
 */
export async function bytesOf(
  { b64_json, url }: SentPicture,
  engine: string,
  { baseUrl, http }: { readonly baseUrl: string; readonly http: EngineHttp },
): Promise<Uint8Array | null> {
  if (b64_json !== undefined && b64_json !== null && b64_json !== '') return decodeBase64Image(b64_json, engine)
  if (typeof url !== 'string' || url === '') return null
  if (url.startsWith('data:')) return decodeBase64Image(url, engine)
  return http.download(URL.parse(url, baseUrl)?.href ?? url, linkedPicture)
}
