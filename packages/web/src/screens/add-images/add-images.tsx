import { createContext, lazy, Suspense, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { droppedFiles, pickedFile, type PickedFile } from '#data/picked-files.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './add-images.module.css'

const AddImagesDialog = lazy(async () => ({ default: (await import('./add-images-dialog.tsx')).AddImagesDialog }))

export type AddTab = 'generate' | 'upload' | 'import'

interface Opened {
  readonly tab: AddTab
  /** What was dropped or pasted. */
  readonly files: readonly PickedFile[]
}

/** Opens the dialog. */
type OpenAddImages = (tab: AddTab) => void

const Context = createContext<OpenAddImages>(() => {})

/** The way to bring pictures in, the same from everywhere. */
export function useAddImages(): OpenAddImages {
  return use(Context)
}

const carriesFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/** One folder or archive, or more than fit into a hand, is an import; a few pictures are an upload. */
function tabFor(files: readonly PickedFile[]): AddTab {
  const isLibrary = files.some(({ name }) => name.includes('/') || /\.(?:zip|json)$/i.test(name))
  return isLibrary || files.length > 50 ? 'import' : 'upload'
}

/** Files dropped or pasted anywhere on the page. @returns whether some are being dragged over it */
function useIncomingFiles(onFiles: (files: readonly PickedFile[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const drag = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      // Else the browser would open the file in place of the page.
      event.preventDefault()
      setOver(event.type !== 'dragleave' || event.relatedTarget !== null)
    }
    for (const type of ['dragenter', 'dragover', 'dragleave'] as const) addEventListener(type, drag, { signal })
    addEventListener(
      'drop',
      (event) => {
        if (!carriesFiles(event) || event.dataTransfer === null) return
        event.preventDefault()
        setOver(false)
        void droppedFiles(event.dataTransfer).then(onFiles)
      },
      { signal },
    )
    addEventListener(
      'paste',
      ({ clipboardData }) => {
        const files = Array.from(clipboardData?.files ?? [], (file) => pickedFile(file))
        if (files.length > 0) onFiles(files)
      },
      { signal },
    )
    return () => stop.abort()
  }, [onFiles])
  return over
}

export function AddImagesProvider({ children }: { readonly children: ReactNode }) {
  const [opened, setOpened] = useState<Opened | null>(null)
  const receive = useMemo(
    () => (files: readonly PickedFile[]) => {
      if (files.length === 0) return
      // Into the open dialog, which adds them to what it has.
      setOpened((now) => ({ tab: now === null || now.tab === 'generate' ? tabFor(files) : now.tab, files }))
    },
    [],
  )
  const over = useIncomingFiles(receive)
  const open = useMemo<OpenAddImages>(() => (tab) => setOpened({ tab, files: [] }), [])
  return (
    <Context value={open}>
      {children}
      {opened !== null && (
        <Suspense fallback={null}>
          <AddImagesDialog tab={opened.tab} incoming={opened.files} onClose={() => setOpened(null)} />
        </Suspense>
      )}
      {over && (
        <div className={classes['over']} aria-hidden="true">
          <p className={classes['overWords']}>
            <Icon name="up" size={28} />
            Drop pictures, a folder or a zip archive to add them
          </p>
        </div>
      )}
    </Context>
  )
}
