import type { CallContext, Provider } from '../spec/provider.ts'
import { ProviderError } from '../spec/provider-error.ts'
import { drawsNothing } from './errors.ts'
import { options, settings } from './options.ts'

export const provider: Provider = {
  manifest: {
    id: 'anthropic',
    label: 'Anthropic',
    description: 'Claude, which reads and writes but draws no pictures: such a connection can exist and makes none.',
    ai: true,
    contractName: 'ANTHROPIC',
    key: 'required',
    defaultBaseUrl: 'https://api.anthropic.com',
    resendSafe: false,
    defaultConcurrency: 1,
    // A key that lies about for other programs should not make a connection that cannot draw.
    environment: {},
    settings,
    options,
    builtIn: false,
  },
  listModels: async (context) => refuse(context),
  start: async (_, context) => refuse(context),
}

/** Nothing is asked of Anthropic: the answer is the same whatever the key is and whether or not it can be reached. */
function refuse({ signal }: CallContext): never {
  if (signal.aborted) throw new ProviderError('interrupted', 'The call was stopped')
  throw drawsNothing()
}
