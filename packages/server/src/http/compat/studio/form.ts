// The form of POST /api/{sdxl|flux}/transform: fields in any order, the file among them.
import type { FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { Received } from '#transfer/receive.ts'
import { asSent, drain } from '../../form-parts.ts'
import { faultOf } from '../../plugins/bodies.ts'
import { imageField } from './errors.ts'

const limits = { files: 1, fields: 50, parts: 51, fieldSize: 200_000, fieldNameSize: 100, headerPairs: 100 }

export interface Form {
  readonly fields: Readonly<Record<string, unknown>>
  /** Null: none was sent. */
  readonly file: Received | null
}

/** Takes in a whole form. Whoever gets it lets go of the file. @throws EaselError */
export async function readForm(addImages: AddImages, request: FastifyRequest): Promise<Form> {
  const fields = new Map<string, unknown>()
  let file: Received | null = null
  try {
    // One byte more than allowed, so that too much is seen where it is counted.
    for await (const part of asSent(() => request.parts({ limits: { ...limits, fileSize: addImages.maxBytes + 1 } }))) {
      if (part.type === 'file' && part.fieldname === imageField) {
        file = await addImages.receive(
          asSent(() => part.file),
          `body.${imageField}`,
        )
      } else if (part.type === 'file') {
        // Not asked for: read to its end, so that what stands behind it comes.
        part.file.resume()
      } else {
        if (part.valueTruncated) throw new EaselError('too-large', `The field ${part.fieldname} is too long.`)
        fields.set(part.fieldname, part.value)
      }
    }
    const given = Object.fromEntries(fields)
    const fault = faultOf(given)
    if (fault !== null) throw fault
    return { fields: given, file }
  } catch (error) {
    await file?.discard()
    drain(request, addImages.maxBytes)
    throw error
  }
}
