import { createAddImages, type AddImages, type AddImagesPorts } from './add-images.ts'
import { createExports, type Exports } from './export/export.ts'

/** Bringing pictures in and taking everything out. */
export interface Transfer {
  readonly addImages: AddImages
  readonly exports: Exports
}

export function createTransfer(ports: AddImagesPorts): Transfer {
  return { addImages: createAddImages(ports), exports: createExports(ports) }
}
