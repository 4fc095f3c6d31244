// The forms of /v1/images/edits and /v1/images/variations.
import type { FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { Received } from '#transfer/receive.ts'
import { asSent, drain } from '../../form-parts.ts'
import { faultOf } from '../../plugins/bodies.ts'

/** Pictures that a request may bring to work from. */
export const mostSources = 16
const limits = {
  files: mostSources + 1,
  fields: 40,
  parts: mostSources + 41,
  fieldSize: 256 * 1024,
  fieldNameSize: 100,
  headerPairs: 100,
}

export interface Form {
  /** All texts by their names; of a name that is there twice, the last. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly files: readonly Received[]
  readonly mask: Received | null
  /** Lets go of the files. */
  discard(): Promise<void>
}

function refuse(name: string, message: string): never {
  throw new EaselError('validation-failed', message, { fields: [{ field: `body.${name}`, message }] })
}

/** One picture is called `image`, several `image[]`. */
const isImage = (name: string): boolean => /^image(?:\[\d{0,2}\])?$/.test(name)

/** Says of what is no picture which file it is. */
export async function naming<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof EaselError) || error.code !== 'unsupported-media-type') throw error
    const { message } = error
    throw new EaselError('unsupported-media-type', message, { cause: error, fields: [{ field, message }] })
  }
}

interface Draft {
  readonly fields: Record<string, unknown>
  readonly files: Received[]
  readonly masks: Received[]
}

async function readParts(addImages: AddImages, request: FastifyRequest, { fields, files, masks }: Draft) {
  const fileSize = addImages.maxBytes + 1
  for await (const part of asSent(() => request.parts({ limits: { ...limits, fileSize } }))) {
    const { fieldname: name } = part
    if (part.type === 'field') {
      if (part.valueTruncated) refuse(name.slice(0, 50), `'${name.slice(0, 50)}' is too long.`)
      const fault = faultOf(part.value, `body.${name}`)
      if (fault !== null) throw fault
      fields[name] = part.value
      continue
    }
    const isMask = name === 'mask'
    if (!isMask && !isImage(name)) refuse(name.slice(0, 50), `'${name.slice(0, 50)}' is no file of this form.`)
    const field = isMask ? 'body.mask' : 'body.image'
    const file = await naming(field, () =>
      addImages.receive(
        asSent(() => part.file),
        field,
      ),
    )
    if (isMask) masks.push(file)
    else files.push(file)
  }
}

/** Takes a form in. @throws EaselError */
export async function readForm(addImages: AddImages, request: FastifyRequest): Promise<Form> {
  const draft: Draft = { fields: {}, files: [], masks: [] }
  const { fields, files, masks } = draft
  const discard = async () => {
    for (const file of [...files, ...masks]) await file.discard()
  }
  try {
    await readParts(addImages, request, draft)
    if (files.length === 0) refuse('image', "Missing required parameter: 'image'.")
    if (files.length > mostSources) refuse('image', `At most ${mostSources} pictures can be given.`)
    if (masks.length > 1) refuse('mask', "'mask' must be there once.")
    return { fields, files, mask: masks[0] ?? null, discard }
  } catch (error) {
    await discard()
    drain(request, addImages.maxBytes)
    throw error
  }
}
