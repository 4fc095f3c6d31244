import { createEngineHttp } from '../kit/engine-http.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { provider } from './provider.ts'

describeProvider(provider, {
  folder: 'sketch',
  request: {
    model: 'sketch',
    prompt: 'a lighthouse at dusk',
    n: 1,
    width: 96,
    height: 64,
    seed: 42,
    sources: [],
    options: {},
  },
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: 'it draws in this process',
})
