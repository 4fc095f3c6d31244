import { createAddImages, type AddImages, type AddImagesPorts } from './add-images.ts'
import { createExports, type Exports } from './export/export.ts'
import type { PromptFaults } from './take-back/prompts.ts'
import { createTakeBack, type TakeBack } from './take-back/take-back.ts'

/** Bringing pictures in, and taking everything out and back. */
export interface Transfer {
  readonly addImages: AddImages
  readonly exports: Exports
  readonly takeBack: TakeBack
}

export function createTransfer(ports: AddImagesPorts & PromptFaults): Transfer {
  return { addImages: createAddImages(ports), exports: createExports(ports), takeBack: createTakeBack(ports) }
}
