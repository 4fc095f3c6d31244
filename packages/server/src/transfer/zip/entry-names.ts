const maxSegmentBytes = 200
/** Names that Windows keeps for devices, with any extension. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

function shorten(segment: string): string {
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(segment)?.[0] ?? ''
  let stem = segment.slice(0, segment.length - extension.length)
  while (Buffer.byteLength(stem) + extension.length > maxSegmentBytes) stem = stem.replace(/.$/su, '')
  return stem + extension
}

function safeSegment(wanted: string): string {
  const plain = wanted
    .slice(0, 4 * maxSegmentBytes)
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f<>:"|?*\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '_')
  // Windows drops dots and spaces at the end, so that two names would become one.
  const trimmed = shorten(plain).replace(/[. ]+$/, '')
  return devices.test(trimmed) ? `_${trimmed}` : trimmed
}

/**
 * A name that unpacks below the folder it is unpacked into on every system: relative, without `..`, control characters, characters
 * that a system refuses, and names of devices.
 * @param wanted anything; `/` and `\` part folders
 */
function safeEntryName(wanted: string): string {
  const segments = wanted
    .split(/[/\\]/)
    .map(safeSegment)
    .filter((segment) => segment !== '')
  return segments.join('/') || 'unnamed'
}

const unsafe = /[\u0000-\u001f\u007f-\u009f<>:"|?*\\]|[. ]$|^$/

/** Whether a name unpacks below the folder it is unpacked into, on every system. */
export function isSafeEntryName(name: string): boolean {
  return (
    name.isWellFormed() &&
    name
      .split('/')
      .every((segment) => !unsafe.test(segment) && !devices.test(segment) && Buffer.byteLength(segment) <= 255)
  )
}

/** What a name is on systems that know no case. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase().normalize('NFC')

function numbered(name: string, number: number): string {
  const slash = name.lastIndexOf('/') + 1
  const file = name.slice(slash)
  const dot = file.lastIndexOf('.')
  const at = slash + (dot > 0 ? dot : file.length)
  return `${name.slice(0, at)} (${number})${name.slice(at)}`
}

/** Gives every entry of one archive a safe name of its own: the second `a.png` becomes `a (2).png`. Case alone makes no difference. */
export function createNamer(): (wanted: string) => string {
  const taken = new Set<string>()
  const next = new Map<string, number>()
  return (wanted) => {
    const name = safeEntryName(wanted)
    const key = folded(name)
    let candidate = name
    for (let number = next.get(key) ?? 2; taken.has(folded(candidate)); number++) {
      candidate = numbered(name, number)
      next.set(key, number + 1)
    }
    taken.add(folded(candidate))
    return candidate
  }
}
