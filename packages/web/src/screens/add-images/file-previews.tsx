import { useEffect, useState } from 'react'
import type { PickedFile } from '#data/picked-files.ts'
import { IconButton } from '#parts/icon-button.tsx'
import classes from './add-images-dialog.module.css'

interface FilePreviewsProps {
  readonly files: readonly PickedFile[]
  /** Null where single ones cannot be taken out. */
  readonly onRemove: ((file: PickedFile) => void) | null
}

/** As many as are looked at; the rest is a number. */
const most = 24

/** What the chosen pictures look like, before they are sent. */
export function FilePreviews({ files, onRemove }: FilePreviewsProps) {
  return (
    <ul className={classes['grid']} aria-label="Chosen pictures">
      {files.slice(0, most).map((file, at) => (
        <li key={`${at} ${file.name}`} className={classes['item']}>
          <Preview file={file} />
          {onRemove !== null && (
            <IconButton
              icon="close"
              label={`Not ${file.name}`}
              type="button"
              iconSize={13}
              className={classes['remove'] ?? ''}
              onClick={() => onRemove(file)}
            />
          )}
        </li>
      ))}
    </ul>
  )
}

function Preview({ file }: { readonly file: PickedFile }) {
  const [src, setSrc] = useState<string | null>(null)
  const [unseen, setUnseen] = useState(false)
  useEffect(() => {
    let address: string | null = null
    let gone = false
    file.blob().then(
      (blob) => {
        if (gone) return
        address = URL.createObjectURL(blob)
        setSrc(address)
      },
      () => setUnseen(true),
    )
    return () => {
      gone = true
      if (address !== null) URL.revokeObjectURL(address)
    }
  }, [file])
  if (unseen) return <span className={classes['unseen']}>{file.name}</span>
  if (src === null) return null
  return <img className={classes['preview']} src={src} alt={file.name} onError={() => setUnseen(true)} />
}
