import { describeStorage } from '../spec/contract-suite.ts'
import { openMemoryStorage } from './storage.ts'

describeStorage('memory', async () => ({ storage: openMemoryStorage(), close: async () => {} }))
