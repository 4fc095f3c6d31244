// What node:http can do at best: the files of a folder, in a process of its own. Prints its address.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const folder = process.argv[2] ?? '.'
const types: Readonly<Record<string, string>> = { png: 'image/png', webp: 'image/webp' }

const server = createServer((request, response) => {
  const send = async (): Promise<void> => {
    const name = basename(request.url ?? '')
    const path = join(folder, name)
    const { size, mtime } = await stat(path)
    response.writeHead(200, {
      'content-type': types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'content-length': size,
      'last-modified': mtime.toUTCString(),
    })
    await pipeline(createReadStream(path), response)
  }
  send().catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '')
})
