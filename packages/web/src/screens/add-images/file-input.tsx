import { Button } from '@mantine/core'
import { useRef, type ReactNode } from 'react'
import { pickedFile, type PickedFile } from '#data/picked-files.ts'
import classes from './add-images-dialog.module.css'

interface FileInputProps {
  /** MIME types and endings that the browser's own dialog offers; absent with `folder`. */
  readonly accept?: string
  readonly folder?: boolean
  readonly first?: boolean
  readonly onFiles: (files: readonly PickedFile[]) => void
  readonly children: ReactNode
}

/** A button that opens the browser's own dialog for files, or for a folder. */
export function FileInput({ accept, folder = false, first = false, onFiles, children }: FileInputProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        className={classes['hidden']}
        {...(accept === undefined ? {} : { accept })}
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={({ currentTarget }) => {
          onFiles(Array.from(currentTarget.files ?? [], (file) => pickedFile(file)))
          // The same file can be chosen again.
          currentTarget.value = ''
        }}
      />
      <Button variant="default" data-autofocus={first || undefined} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}
