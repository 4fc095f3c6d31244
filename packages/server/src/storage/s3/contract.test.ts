import { describeStorage } from '../spec/contract-suite.ts'
import { openS3Storage } from './open.ts'
import { openTestStore } from './testing/store.ts'

describeStorage('s3', async () => {
  const store = await openTestStore()
  return { storage: await openS3Storage(store.location, store.access), close: store.stop }
})
