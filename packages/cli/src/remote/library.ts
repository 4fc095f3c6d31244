// `easel search`, `easel get` and `easel share`.
import { ApiError, type Easel, type Image } from '@easel/client'
import { Id, routes, type ShareCreate } from '@easel/contract'
import { Stopped } from '../stopped.ts'
import { exit, plain } from './exit.ts'
import { savePictures } from './save.ts'

export interface SearchWish {
  readonly limit: number
  readonly json?: boolean
}

function line(image: Image): string {
  const words = plain((image.title ?? image.generationPrompt ?? image.description ?? '').replaceAll(/\s+/g, ' '))
  const short = words.length > 80 ? `${words.slice(0, 79)}…` : words
  return `${image.id}  ${image.createdAt.slice(0, 10)}  ${`${image.width}x${image.height}`.padEnd(9)}  ${short}`.trimEnd()
}

/** Pictures that a search finds, the newest first: a line for each. @throws ApiError */
export async function search(easel: Easel, words: string, { limit, json = false }: SearchWish): Promise<number> {
  let found = 0
  let cursor: string | undefined
  do {
    const page = await easel.call(routes.listImages, {
      query: {
        limit: Math.min(limit - found, 200),
        ...(words === '' ? {} : { q: words }),
        ...(cursor === undefined ? {} : { cursor }),
      },
    })
    for (const image of page.data) console.log(json ? JSON.stringify(image) : line(image))
    found += page.data.length
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && found < limit)
  if (found === 0) console.error('Nothing was found.')
  return found === 0 ? exit.failed : exit.done
}

function idsOf(given: readonly string[]): readonly string[] {
  for (const id of given) if (!Id.safeParse(id).success) throw new Stopped(`${id} is no id. easel search shows them.`)
  return given
}

/** Pictures of what was named: a picture, or everything that a generation made. */
async function picturesOf(easel: Easel, id: string): Promise<readonly string[]> {
  try {
    return [(await easel.call(routes.getImage, { params: { id } })).data.id]
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'not-found') throw error
  }
  const generation = await easel.call(routes.getGeneration, { params: { id } })
  if (generation.images.length === 0)
    throw new Stopped(generation.error?.message ?? `It has no pictures yet: it is ${generation.state}.`)
  return generation.images.map((image) => image.id)
}

export interface GetWish {
  readonly out?: string
  readonly json?: boolean
}

/** Saves pictures and says where. @throws ApiError, Stopped */
export async function get(easel: Easel, given: readonly string[], { out, json = false }: GetWish): Promise<number> {
  for (const id of idsOf(given)) {
    await savePictures(easel, await picturesOf(easel, id), {
      out,
      onSaved: (saved) => console.log(json ? JSON.stringify(saved) : saved.path),
    })
  }
  return exit.done
}

export interface ShareWish {
  readonly album?: boolean
  readonly title?: string
  readonly days?: number
  readonly password?: string
  readonly download: boolean
  readonly prompt?: boolean
  readonly json?: boolean
}

const dayMs = 86_400_000

function targetOf(ids: readonly string[], album: boolean): ShareCreate['target'] {
  const [first = ''] = ids
  if (!album) return ids.length === 1 ? { kind: 'image', imageId: first } : { kind: 'images', imageIds: [...ids] }
  if (ids.length > 1) throw new Stopped('A link shows one album.')
  return { kind: 'album', albumId: first }
}

/** Makes a link and prints its address. @throws ApiError, Stopped */
export async function share(easel: Easel, given: readonly string[], wish: ShareWish): Promise<number> {
  const { title, days, password, download, prompt = false, album = false, json = false } = wish
  const { data } = await easel.call(routes.createShare, {
    body: {
      target: targetOf(idsOf(given), album),
      download,
      prompt,
      ...(title === undefined ? {} : { title }),
      ...(password === undefined ? {} : { password }),
      ...(days === undefined ? {} : { expiresAt: new Date(Date.now() + days * dayMs).toISOString() }),
    },
  })
  const url = new URL(data.url, easel.origin).href
  console.log(json ? JSON.stringify({ ...data, url }) : url)
  return exit.done
}
