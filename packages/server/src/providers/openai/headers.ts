import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'
import { settings } from './options.ts'

export function headersFor(context: CallContext): Record<string, string> {
  const { organization, project } = settings.parse(context.settings)
  if (context.key === null) throw new ProviderError('auth', 'OpenAI needs a key: enter one in the connection')
  return {
    authorization: `Bearer ${context.key}`,
    ...(organization && { 'OpenAI-Organization': organization }),
    ...(project && { 'OpenAI-Project': project }),
  }
}
