// Files that somebody picked, dropped or pasted; folders and archives become the files in them.
import { ArchiveFault, filesOfZip } from './zip-files.ts'

export interface PickedFile {
  /** `/` between folders. */
  readonly name: string
  readonly size: number
  /** When it was last changed, in ms, or null where nothing says so. */
  readonly modified: number | null
  /** Its bytes. @throws ArchiveFault when they cannot be unpacked */
  blob(): Promise<Blob>
}

/** What could not be opened at all, and why. */
interface Fault {
  readonly name: string
  readonly why: string
}

export interface Picked {
  readonly files: readonly PickedFile[]
  readonly faults: readonly Fault[]
}

/** More than any server takes. */
const maxBytes = 1024 ** 3

export function pickedFile(file: File, name = file.webkitRelativePath || file.name): PickedFile {
  return { name, size: file.size, modified: file.lastModified, blob: async () => file }
}

const isArchive = ({ name }: PickedFile): boolean => /\.zip$/i.test(name)

/** Opens the archives among files. The only one stands for what is in it; of several each is a folder. */
export async function opened(files: readonly PickedFile[]): Promise<Picked> {
  const found: PickedFile[] = []
  const faults: Fault[] = []
  for (const file of files) {
    if (!isArchive(file)) {
      found.push(file)
      continue
    }
    try {
      const inside = await filesOfZip(await file.blob(), maxBytes)
      const folder = files.length === 1 ? '' : `${file.name.replace(/\.zip$/i, '')}/`
      for (const one of inside) found.push({ ...one, name: folder + one.name })
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error
      faults.push({ name: file.name, why: error.message })
    }
  }
  // In order of their names, as every import goes: what is there twice has the same first one each time.
  return { files: found.toSorted((a, b) => (a.name < b.name ? -1 : 1)), faults }
}

/** What a folder holds, piece by piece: browsers give a hundred at a time. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const found: FileSystemEntry[] = []
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<FileSystemEntry[]>()
    reader.readEntries(resolve, reject)
    const some = await promise
    if (some.length === 0) return found
    found.push(...some)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

async function below(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (isFolder(entry)) return (await Promise.all((await entriesIn(entry)).map(below))).flat()
  if (!isFile(entry)) return []
  const { promise, resolve, reject } = Promise.withResolvers<File>()
  entry.file(resolve, reject)
  return [pickedFile(await promise, entry.fullPath.replace(/^\//, ''))]
}

/** What was dropped, folders with all that is in them. To be called while the drop is handled: later it is gone. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<PickedFile[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return Array.from(files, (file) => pickedFile(file))
  return (await Promise.all(entries.map(below))).flat()
}
