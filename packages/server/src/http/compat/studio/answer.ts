// The answer of contract B: pictures as data, in pieces as they are read.
import type { Image } from '@easel/contract'
import type { AppPorts } from '../../app.ts'
import { base64Of, leave } from '../../base64-stream.ts'

type Ports = Pick<AppPorts, 'images' | 'pngCopies' | 'storage'>

export interface Answered {
  readonly userId: string
  readonly images: readonly Image[]
  readonly seed: number
  /** When the request came, as `performance.now()` has it. */
  readonly begun: number
}

/** Opens a picture as PNG; null when its file is gone or cannot be read. */
async function openPng({ images, pngCopies, storage }: Ports, userId: string, id: string) {
  const row = await images.row(userId, id)
  const file = row === null ? null : await pngCopies.of(row)
  return file === null ? null : await storage.get(file.storageKey)
}

/** Pictures whose files can be read. */
export async function readable(ports: Ports, userId: string, images: readonly Image[]): Promise<readonly Image[]> {
  const { images: library, pngCopies, storage } = ports
  const found = await Promise.all(
    images.map(async (image) => {
      const row = await library.row(userId, image.id)
      const file = row === null ? null : await pngCopies.of(row)
      return file !== null && (await storage.stat(file.storageKey)) !== null
    }),
  )
  return images.filter((_, at) => found[at])
}

/** `{"images","seed","generation_time"}`. */
export async function* answerText(ports: Ports, { userId, images, seed, begun }: Answered): AsyncGenerator<string> {
  yield '{"images":['
  for (const [at, { id, filename }] of images.entries()) {
    const png = await openPng(ports, userId, id)
    try {
      yield `${at === 0 ? '' : ','}{"base64":"data:image/png;base64,`
      // Gone within this moment: the address says so too.
      if (png !== null) yield* base64Of(png.body)
      yield `","url":${JSON.stringify(`/images/${filename}`)},"filename":${JSON.stringify(filename)}}`
    } finally {
      if (png !== null) await leave(png.body)
    }
  }
  const seconds = Math.round(performance.now() - begun) / 1000
  yield `],"seed":${seed},"generation_time":${seconds}}`
}
