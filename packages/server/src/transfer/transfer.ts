import { createAddImages, type AddImages, type AddImagesPorts } from './add-images.ts'
import { createDownloads, type Downloads } from './download/downloads.ts'
import { createPictureFiles, type PictureFiles } from './download/picture-files.ts'
import { createExports, type Exports } from './export/export.ts'
import type { PromptFaults } from './take-back/prompts.ts'
import { createTakeBack, type TakeBack } from './take-back/take-back.ts'

/** Bringing pictures in, taking them out, and taking everything out and back. */
export interface Transfer {
  readonly addImages: AddImages
  readonly pictureFiles: PictureFiles
  readonly downloads: Downloads
  readonly exports: Exports
  readonly takeBack: TakeBack
}

export function createTransfer(ports: AddImagesPorts & PromptFaults): Transfer {
  const pictureFiles = createPictureFiles(ports.storage)
  return {
    addImages: createAddImages(ports),
    pictureFiles,
    downloads: createDownloads({ ...ports, pictureFiles }),
    exports: createExports(ports),
    takeBack: createTakeBack(ports),
  }
}
