import { MediaError } from '#media/media-error.ts'
import { toSizedPng } from '#media/pixels.ts'
import { inspectUpload, refusal } from './inspect-upload.ts'
import { receiveBytes, type Received } from './receive.ts'

export interface Sized {
  readonly width: number
  readonly height: number
  readonly maxBytes: number
}

/** A picture as large as a model is to draw, for those that change one instead of beginning with nothing. @throws EaselError */
export async function sizedCopy(file: Received, { width, height, maxBytes }: Sized): Promise<Received> {
  const { field } = file
  const bytes = await file.read()
  const { probed } = inspectUpload(bytes, field)
  if (probed.width === width && probed.height === height) return file
  try {
    return receiveBytes(await toSizedPng(bytes, width, height), { field, maxBytes })
  } catch (error) {
    throw error instanceof MediaError ? refusal(error, field) : error
  }
}
