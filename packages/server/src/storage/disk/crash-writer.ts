// Run by crash.test.ts as a process of its own: puts blobs that can be told whole from broken, until it is killed.
import { randomBytes } from 'node:crypto'
import { openDiskStorage } from './storage.ts'

const storage = await openDiskStorage(process.argv[2] ?? '')
const size = Number(process.argv[3])

async function putMany(writer: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    // Every second one replaces what is there.
    const key = `images/user-${writer}/${turn % 2 === 0 ? 'same' : turn}.png`
    await storage.putAll([
      { key: `${key}.json`, bytes: Buffer.from('{}') },
      { key, bytes: Buffer.alloc(size, randomBytes(16)) },
    ])
    process.stdout.write(`${key}\n`)
  }
}

await Promise.all([putMany(1), putMany(2), putMany(3), putMany(4)])
