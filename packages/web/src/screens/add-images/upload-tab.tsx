import { Button } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { opened, type Picked, type PickedFile } from '#data/picked-files.ts'
import { bytes, count } from '#parts/format.ts'
import classes from './add-images-dialog.module.css'
import { FileInput } from './file-input.tsx'
import { FilePreviews } from './file-previews.tsx'

interface UploadTabProps {
  readonly incoming: readonly PickedFile[]
  readonly picker: ReactNode
  readonly onAdd: (files: Picked) => void
}

const accept = 'image/png,image/jpeg,image/webp,image/gif,image/avif'

/** A few pictures from this device: dropped, pasted or chosen. */
export function UploadTab({ incoming, picker, onAdd }: UploadTabProps) {
  const [files, setFiles] = useState<readonly PickedFile[]>([])
  const add = (more: readonly PickedFile[]) => setFiles((now) => [...now, ...more])
  useEffect(() => add(incoming), [incoming])
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return (
    <div className={classes['form']}>
      <div className={classes['drop']}>
        <p>Drop pictures here or paste them. PNG, JPEG, WebP, GIF and AVIF.</p>
        <FileInput accept={accept} first onFiles={add}>
          Choose pictures
        </FileInput>
      </div>
      {files.length > 0 && (
        <>
          <FilePreviews files={files} onRemove={(file) => setFiles(files.filter((other) => other !== file))} />
          <p className={classes['summary']} role="status">
            {count(files.length, 'picture', 'pictures')}, {bytes(size)}
          </p>
        </>
      )}
      {picker}
      <div className={classes['buttons']}>
        <Button disabled={files.length === 0} onClick={() => void opened(files).then(onAdd)}>
          {files.length === 0 ? 'Add pictures' : `Add ${count(files.length, 'picture', 'pictures')}`}
        </Button>
      </div>
    </div>
  )
}
