// Pictures that the pages of older systems left in this browser.
import { parseOldLibrary, routes, type OldPicture } from '@easel/contract'
import { ApiError, call, wordsOf, type Call } from './client.ts'

/** One entry of the browser's storage with pictures in it. */
export interface OldLibrary {
  readonly key: string
  readonly pictures: readonly OldPicture[]
}

type Readable = Pick<Storage, 'getItem' | 'key' | 'length'>

/** Every entry that holds old pictures. The systems name theirs differently, so each entry that is not ours is looked into. */
export function oldLibrariesIn(storage: Readable): OldLibrary[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)).flatMap((key) => {
    if (key === null || key.startsWith('easel-')) return []
    const pictures = parseOldLibrary(storage.getItem(key))
    return pictures.length === 0 ? [] : [{ key, pictures }]
  })
}

/** As {@link oldLibrariesIn}, of this browser; none where it forbids storage. */
export function oldLibraries(): OldLibrary[] {
  try {
    return oldLibrariesIn(localStorage)
  } catch {
    return [] // reading the property itself throws where cookies are blocked
  }
}

/** Takes the originals out of the browser. */
export function removeOldLibraries(libraries: readonly OldLibrary[]): void {
  for (const { key } of libraries) localStorage.removeItem(key)
}

interface SendPorts {
  readonly call: Call
  readonly fetch: typeof fetch
  readonly origin: string
  readonly wait: (milliseconds: number) => Promise<void>
}

const browser: SendPorts = {
  call,
  fetch: (input, init) => fetch(input, init),
  origin: globalThis.location?.origin ?? '',
  wait: async (milliseconds) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, milliseconds)
    await promise
  },
}

const PAUSE = 10_000
const MOST_PAUSES = 12

/**
 * Brings one picture in. One that is there already is not there twice. Waits when the server wants it slower.
 * @returns null, or in words why it is not in
 */
export async function sendOldPicture(picture: OldPicture, ports: SendPorts = browser): Promise<string | null> {
  try {
    const body = { ...(await bytesOf(picture, ports)), ...named(picture), record: picture.record }
    for (let pauses = 0; ; pauses++) {
      const refusal = await ports.call(routes.addImage, { body }).then(
        () => null,
        (error: unknown) => ({ error }),
      )
      if (refusal === null) return null
      const { error } = refusal
      const slower = error instanceof ApiError && error.code === 'too-many-requests'
      if (!slower || pauses === MOST_PAUSES) return wordsOf(error)
      await ports.wait(PAUSE)
    }
  } catch (error) {
    return wordsOf(error)
  }
}

const named = ({ filename }: OldPicture) => (filename === null ? {} : { filename })

/** The bytes, from the browser's storage or from where they are. Other servers are not asked: a page may not read theirs. */
async function bytesOf({ file }: OldPicture, { fetch: get, origin }: SendPorts) {
  if (!('url' in file)) return file
  const url = new URL(file.url, origin)
  if (url.origin !== origin) throw new ApiError('elsewhere', `It is on another server: ${url.host}`)
  const answer = await get(url.href)
  if (!answer.ok) throw new ApiError('gone', 'Its file is not there any more', { status: answer.status })
  return { base64: toBase64(new Uint8Array(await answer.arrayBuffer())) }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
