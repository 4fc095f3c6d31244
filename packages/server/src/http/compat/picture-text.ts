import type { AppPorts } from '../app.ts'
import { base64Of, leave } from '../base64-stream.ts'

type Ports = Pick<AppPorts, 'images' | 'pngCopies' | 'storage'>

interface Wanted {
  readonly userId: string
  readonly imageId: string
  /** `kept`: the file as it is; `png`: a PNG, whatever it is kept in. */
  readonly as: 'kept' | 'png'
}

/** The base64 of a picture, read while it is sent; nothing where it is gone by now. */
export async function* pictureText(ports: Ports, { userId, imageId, as }: Wanted): AsyncGenerator<string> {
  const row = await ports.images.row(userId, imageId)
  if (row === null) return
  const key = as === 'kept' ? row.storage_key : ((await ports.pngCopies.of(row))?.storageKey ?? null)
  const file = key === null ? null : await ports.storage.get(key)
  if (file === null) return
  try {
    yield* base64Of(file.body)
  } finally {
    await leave(file.body)
  }
}
