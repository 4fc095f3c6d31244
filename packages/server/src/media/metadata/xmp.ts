import { saysAi, type SomeMarks } from './marks.ts'

const namespaces = {
  iptc: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
} as const

/** The address of the IPTC term for how the picture was made, or null when the packet has none. Read as attribute, element and `rdf:resource`. */
export function readSourceType(packet: string): string | null {
  return findSourceType(packet)?.value ?? null
}

/**
 * A packet that says `sourceType`. One that says already that a model had a part is left as it is: the engine knows better whether it was a composite.
 * @param packet what there is, or null; one without `</rdf:RDF>` is no packet and is replaced
 * @returns the packet to store, or null when the one there is can stay
 */
export function withSourceType(packet: string | null, sourceType: string): string | null {
  if (packet === null || !packet.includes('</rdf:RDF>')) return newPacket(sourceType)
  const found = findSourceType(packet)
  if (found === null) return added(packet, sourceType)
  if (found.value === sourceType || saysAi(found.value)) return null
  return packet.slice(0, found.start) + sourceType + packet.slice(found.end)
}

/**
 * A packet that says all of the marks, for files whose other texts nobody writes: `parameters` as UserComment of the EXIF schema for XMP
 * (XMP specification, part 2, section 3.2).
 * @returns null when there are none
 */
export function packetOf({ sourceType, parameters }: SomeMarks): string | null {
  if (sourceType === null && parameters === null) return null
  const type = sourceType === null ? '' : description({ about: '', sourceType, tool: true })
  const comment =
    parameters === null
      ? ''
      : `<rdf:Description rdf:about="" xmlns:exif="${namespaces.exif}"><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${escapedText(parameters)}</rdf:li></rdf:Alt></exif:UserComment></rdf:Description>\n`
  return wrapped(type + comment)
}

/** The packet without the blank room for later changes that many writers leave before its end. */
export function withoutPadding(packet: string): string {
  const end = packet.lastIndexOf('<?xpacket end')
  return end === -1 ? packet : `${packet.slice(0, end).trimEnd()}\n${packet.slice(end)}`
}

/** Where the value stands in the packet, and what it is. */
function findSourceType(packet: string): { value: string; start: number; end: number } | null {
  const prefix = prefixOf(packet, namespaces.iptc)
  if (prefix === null) return null
  const name = `${prefix}:DigitalSourceType`
  const forms = [
    new RegExp(`\\s${name}\\s*=\\s*(["'])([^"'<]*)\\1`, 'd'),
    new RegExp(`<${name}\\s[^<>]*rdf:resource\\s*=\\s*(["'])([^"'<]*)\\1`, 'd'),
    new RegExp(`<${name}(\\s[^<>]*)?>([^<>]*)</${name}\\s*>`, 'd'),
  ]
  for (const form of forms) {
    const match = form.exec(packet)
    const at = match?.indices?.[2]
    if (at === undefined) continue
    const text = packet.slice(...at)
    const value = text.trim()
    const start = at[0] + text.indexOf(value)
    if (value !== '') return { value, start, end: start + value.length }
  }
  return null
}

/** The prefix that the packet binds to a namespace, or null. */
function prefixOf(packet: string, namespace: string): string | null {
  const at = packet.search(new RegExp(`xmlns:[A-Za-z_][\\w.-]*\\s*=\\s*["']${escaped(namespace)}["']`))
  return at === -1 ? null : (/^xmlns:([\w.-]+)/.exec(packet.slice(at, at + 200))?.[1]?.replaceAll('.', '\\.') ?? null)
}

function added(packet: string, sourceType: string): string {
  const at = packet.lastIndexOf('</rdf:RDF>')
  const about = /rdf:about\s*=\s*"([^"<]*)"/.exec(packet)?.[1] ?? ''
  const tool = /[\s<][\w.-]+:CreatorTool[\s=>]/.test(packet)
  return `${packet.slice(0, at)}${description({ about, sourceType, tool: !tool })}${packet.slice(at)}`
}

function newPacket(sourceType: string): string {
  return wrapped(description({ about: '', sourceType, tool: true }))
}

function wrapped(descriptions: string): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${namespaces.rdf}">
${descriptions}</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`
}

function description({ about, sourceType, tool }: { about: string; sourceType: string; tool: boolean }): string {
  const creator = tool ? ` xmlns:xmp="${namespaces.xmp}" xmp:CreatorTool="Easel"` : ''
  return `<rdf:Description rdf:about="${about}" xmlns:Iptc4xmpExt="${namespaces.iptc}" Iptc4xmpExt:DigitalSourceType="${sourceType}"${creator}/>\n`
}

/** Text of an element: XML knows no control characters but three. */
function escapedText(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
