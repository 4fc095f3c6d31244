// The JSON body of /v1/images/edits: pictures as data, by address, or of the library by their ids. Rule OA19 in docs/spec/openai.md.
import { Id } from '@easel/contract'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Images } from '#library/images.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { Received } from '#transfer/receive.ts'
import { decodePicture } from '../../base64-text.ts'
import { callerOf } from '../../plugins/access.ts'
import { mostSources, naming } from './form.ts'

/** A picture that came with a request, or one that is in the caller's library. */
export type Given = Received | { readonly imageId: string }

export interface JsonEdit {
  readonly fields: object
  readonly files: readonly Given[]
  readonly mask: Given | null
  /** Lets go of what came. */
  discard(): Promise<void>
}

interface Ports {
  readonly images: Pick<Images, 'byFilename'>
  readonly addImages: AddImages
}

interface Asking {
  readonly request: FastifyRequest
  /** Of this server, as the caller reaches it. */
  readonly origin: string
  readonly gone: AbortSignal
}

const absent = (value: unknown) => (value === null ? undefined : value)
const Reference = z.object({
  image_url: z.preprocess(absent, z.string().optional()),
  file_id: z.preprocess(absent, z.string().optional()),
})
type Reference = z.output<typeof Reference>

function refuse(field: string, message: string): never {
  throw new EaselError('validation-failed', message, { fields: [{ field: `body.${field}`, message }] })
}

function referenceOf(value: unknown, field: string): Reference {
  const parsed = Reference.safeParse(value)
  const given = parsed.success ? parsed.data : {}
  if ((given.image_url === undefined) === (given.file_id === undefined)) {
    refuse(field, `'${field}' must have either 'image_url' or 'file_id'.`)
  }
  return given
}

/** The name of a picture of the caller's own, where an address is one that this server gave. */
function ownFilename(url: URL, origin: string, userId: string): string | null {
  const folder = `/uploads/generated/${userId}/`
  if (url.origin !== new URL(origin).origin || !url.pathname.startsWith(folder)) return null
  try {
    return decodeURIComponent(url.pathname.slice(folder.length))
  } catch {
    // No name of ours is spelled so.
    return null
  }
}

async function pictureAt(
  { images, addImages }: Ports,
  { request, origin, gone }: Asking,
  { url, field }: { readonly url: string; readonly field: string },
): Promise<Given> {
  const name = `body.${field}.image_url`
  if (url.startsWith('data:')) return await naming(name, () => addImages.receive(decodePicture(name, url), name))
  const { userId } = callerOf(request)
  const address = URL.parse(url)
  const own = address === null ? null : ownFilename(address, origin, userId)
  const row = own === null ? null : await images.byFilename(userId, own)
  if (row !== null) return { imageId: row.id }
  return await naming(name, () => addImages.fetch(userId, { url, field: name }, gone))
}

async function pictureOf(ports: Ports, asking: Asking, { value, field }: { value: unknown; field: string }) {
  const { image_url: url, file_id: id } = referenceOf(value, field)
  if (url !== undefined) return await pictureAt(ports, asking, { url, field })
  // There are no files but the pictures of the library.
  const imageId = Id.safeParse(id)
  if (!imageId.success) refuse(`${field}.file_id`, `There is no picture '${String(id).slice(0, 100)}' in your library.`)
  return { imageId: imageId.data }
}

const discard = async (given: readonly Given[]): Promise<void> => {
  for (const one of given) if (!('imageId' in one)) await one.discard()
}

/** Takes in what a body names. @throws EaselError */
export async function readJsonEdit(ports: Ports, asking: Asking): Promise<JsonEdit> {
  const { body } = asking.request
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new EaselError('bad-request', 'We could not parse the JSON body of your request.')
  }
  const { images, mask, ...fields } = { images: undefined, mask: undefined, ...body }
  const given: unknown = images
  if (!Array.isArray(given) || given.length === 0) refuse('images', "Missing required parameter: 'images'.")
  if (given.length > mostSources) refuse('images', `At most ${mostSources} pictures can be given.`)
  const taken: Given[] = []
  try {
    for (const [at, value] of given.entries()) {
      taken.push(await pictureOf(ports, asking, { value, field: `images[${at}]` }))
    }
    const files = [...taken]
    const masking: unknown = mask
    if (masking !== undefined && masking !== null)
      taken.push(await pictureOf(ports, asking, { value: masking, field: 'mask' }))
    return { fields, files, mask: taken[files.length] ?? null, discard: () => discard(taken) }
  } catch (error) {
    await discard(taken)
    throw error
  }
}
