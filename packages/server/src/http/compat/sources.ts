// Pictures that come with a request: a generation takes its sources from the library, so they become part of it.
import type { Image } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Resolved } from '#connections/choice.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { Received } from '#transfer/receive.ts'
import { decodePicture } from '../base64-text.ts'

const asUpload = { filename: null, facts: {} } as const

/** Each of them in the library; one that is there already is that one. @throws EaselError for one that is no usable picture */
export async function keepSources(
  addImages: AddImages,
  userId: string,
  files: readonly Received[],
): Promise<readonly Image[]> {
  const images: Image[] = []
  for (const file of files) images.push((await addImages.add(userId, file, asUpload)).image)
  return images
}

/** The same of base64 or data URLs. @param field what carried them, for messages */
export async function keepEncoded(
  addImages: AddImages,
  userId: string,
  { field, texts }: { readonly field: string; readonly texts: readonly string[] },
): Promise<readonly Image[]> {
  const files: Received[] = []
  for (const text of texts) files.push(await addImages.receive(decodePicture(field, text), field))
  return await keepSources(addImages, userId, files)
}

/**
 * Refuses pictures that a model cannot take before they are put into the library.
 * @throws EaselError `unsupported-option`
 */
export function checkTakes(
  { model }: Pick<Resolved, 'model'>,
  asked: { readonly sources: number; readonly mask: boolean },
): void {
  const { sources, mask } = model.capabilities
  const refuse = (field: string, message: string) => {
    throw new EaselError('unsupported-option', message, { fields: [{ field: `body.${field}`, message }] })
  }
  if (asked.sources > 0 && sources === 0) refuse('sources', `${model.label} works from text alone.`)
  if (asked.sources > sources) refuse('sources', `${model.label} takes ${sources} source pictures at most.`)
  if (asked.mask && !mask) refuse('mask', `${model.label} takes no mask.`)
}
