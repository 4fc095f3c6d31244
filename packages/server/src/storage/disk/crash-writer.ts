// Run by crash.test.ts as a process of its own: puts blobs that can be told whole from broken, until it is killed.
import { createHash, randomBytes } from 'node:crypto'
import { openDiskStorage } from './storage.ts'

const storage = await openDiskStorage(process.argv[2] ?? '')

async function putMany(writer: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const noise = randomBytes(200_000 + writer)
    const hash = createHash('sha256').update(noise).digest()
    // Three of four are new, one replaces what is there.
    const key = `images/user-${writer}/${turn % 4 === 0 ? 'same' : turn}.png`
    await storage.put(key, Buffer.concat([hash, noise]))
    process.stdout.write(`${key}\n`)
  }
}

await Promise.all([putMany(1), putMany(2), putMany(3), putMany(4)])
