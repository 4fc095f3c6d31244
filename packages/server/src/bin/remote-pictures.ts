// Pictures that a user names by address. They come the way that engines' pictures come, through the same guard.
import { codeOf, EaselError } from '#base/errors.ts'
import { createEngineHttp, type EngineHttpOptions } from '#providers/kit/engine-http.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { FetchPicture } from '#transfer/fetch-picture.ts'

const timeoutMs = 60_000
const field = 'body.url'

function refusal(message: string, cause: unknown): EaselError {
  return new EaselError('validation-failed', message, { cause, fields: [{ field, message }] })
}

/** What went wrong, for whoever named the address. */
function inWords(error: ProviderError, maxBytes: number): EaselError {
  const { kind, status, message, cause } = error
  if (kind === 'not-found')
    return refusal(`There is nothing for Easel at this address: the server answered ${status}.`, error)
  if (status !== null) return refusal(`The server at this address answered ${status}.`, error)
  if (kind === 'timeout') return refusal('This address did not send its picture in a minute.', error)
  if (kind === 'interrupted') return new EaselError('bad-request', 'The request was given up.', { cause: error })
  if (kind === 'malformed-response' && cause === undefined && message.includes('larger than')) {
    return new EaselError(
      'too-large',
      `What is at this address is larger than ${Math.floor(maxBytes / 1024 ** 2)} MB.`,
      {
        cause: error,
      },
    )
  }
  return refusal(`${message}.`.replace(/([.?])\.$/, '$1'), error)
}

/** @param options for tests: an origin that may be private, another way to look names up */
export function createFetchPicture(options: Partial<EngineHttpOptions> = {}): FetchPicture {
  return async (url, { maxBytes, signal }) => {
    const http = createEngineHttp({ baseUrl: '', allowPrivateBase: false, ...options, signal })
    try {
      return await http.download(url, { maxBytes, timeoutMs })
    } catch (error) {
      if (error instanceof ProviderError) throw inWords(error, maxBytes)
      // Undici refuses some addresses itself.
      if (codeOf(error)?.startsWith('UND_ERR') === true) throw refusal('This address cannot be fetched.', error)
      throw error
    }
  }
}
