import { sortFiles, type Tag } from '@easel/contract'
import { Button } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { opened, type Picked, type PickedFile } from '#data/picked-files.ts'
import { bytes, count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { AddressImport } from './address-import.tsx'
import classes from './add-images-dialog.module.css'
import { FileInput } from './file-input.tsx'
import { FilePreviews } from './file-previews.tsx'

interface ImportTabProps {
  readonly incoming: readonly PickedFile[]
  readonly tags: readonly Tag[]
  readonly picker: ReactNode
  readonly onImport: (files: Picked) => void
  readonly onClose: () => void
}

const accept = 'image/*,.zip,.json,application/zip'
const none: Picked = { files: [], faults: [] }

/** Pictures with the words that made them: from an address, or from files, a folder or an archive. */
export function ImportTab({ incoming, tags, picker, onImport, onClose }: ImportTabProps) {
  const [picked, setPicked] = useState(none)
  const [reading, setReading] = useState(false)
  const add = async (files: readonly PickedFile[]) => {
    if (files.length === 0) return
    setReading(true)
    const more = await opened(files)
    setPicked((now) => ({ files: [...now.files, ...more.files], faults: [...now.faults, ...more.faults] }))
    setReading(false)
  }
  useEffect(() => void add(incoming), [incoming])
  const { pictures, others, documents } = sortFiles(picked.files)
  const some = picked.files.length > 0
  return (
    <div className={classes['form']}>
      {!some && (
        <>
          <AddressImport tags={tags} onClose={onClose} />
          <p className={classes['or']}>or</p>
        </>
      )}
      <div className={classes['drop']}>
        <p>
          Drop pictures, a folder or a zip archive here. What AUTOMATIC1111, ComfyUI, InvokeAI, SwarmUI, Fooocus,
          NovelAI and Easel wrote into them comes along.
        </p>
        <div className={classes['choices']}>
          <FileInput accept={accept} onFiles={(files) => void add(files)}>
            Choose files or a zip
          </FileInput>
          <FileInput folder onFiles={(files) => void add(files)}>
            Choose a folder
          </FileInput>
        </div>
      </div>
      {reading && <p className={classes['summary']}>Reading…</p>}
      {picked.faults.map(({ name, why }) => (
        <Notice key={name} tone="danger" title={name}>
          {why}
        </Notice>
      ))}
      {some && (
        <>
          <FilePreviews files={pictures.map(({ file }) => file)} onRemove={null} />
          <div className={classes['row']}>
            <p className={classes['summary']} role="status">
              {summary(pictures, others.length)}
            </p>
            <Button variant="subtle" onClick={() => setPicked(none)}>
              Clear
            </Button>
          </div>
        </>
      )}
      {Object.keys(documents).length > 0 && (
        <Notice tone="quiet">
          This is an export of Easel. Its pictures come in here; albums, saved searches, links and the history of
          generations come with the command “easel import”.
        </Notice>
      )}
      {picker}
      <div className={classes['buttons']}>
        <Button disabled={pictures.length === 0} onClick={() => onImport(picked)}>
          {pictures.length === 0 ? 'Import pictures' : `Import ${count(pictures.length, 'picture', 'pictures')}`}
        </Button>
      </div>
    </div>
  )
}

function summary(pictures: readonly { readonly file: PickedFile }[], others: number): string {
  const size = pictures.reduce((sum, { file }) => sum + file.size, 0)
  const rest = others === 0 ? '' : `, and ${count(others, 'file that is', 'files that are')} no picture`
  return `${count(pictures.length, 'picture', 'pictures')}, ${bytes(size)}${rest}`
}
