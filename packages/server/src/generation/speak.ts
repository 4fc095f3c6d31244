import { messageOf } from '#base/errors.ts'
import { MediaError } from '#media/media-error.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'

/**
 * Calls a provider. Whatever it throws becomes a ProviderError, so that a fault in it fails its call in words; given again, the job
 * would only meet it again.
 */
export async function speak<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ProviderError) throw error
    if (error instanceof MediaError) throw new ProviderError('bad-request', error.message, { cause: error })
    throw new ProviderError('internal', `Easel's code for this engine failed: ${messageOf(error)}`, { cause: error })
  }
}
