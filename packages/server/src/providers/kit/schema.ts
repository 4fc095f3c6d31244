import type { z } from 'zod'
import { ProviderError } from '../spec/provider-error.ts'

/**
 * An engine's answer, checked.
 * @throws ProviderError with kind `malformed-response` naming the first field at fault, never its value
 */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  engine: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the whole'
  throw new ProviderError('malformed-response', `${engine} answered in a form that is not understood (at ${where})`)
}
