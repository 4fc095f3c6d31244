import { MediaError } from '../media-error.ts'

const kept = 'Easel keeps PNG, JPEG, WebP, GIF and AVIF.'

const pictures: readonly (readonly [name: string, signature: string])[] = [
  ['a BMP picture', 'BM'],
  ['a TIFF picture', 'II*\0'],
  ['a TIFF picture', 'MM\0*'],
  ['a BigTIFF picture', 'II+\0'],
  ['a BigTIFF picture', 'MM\0+'],
  ['an icon', '\0\0\u0001\0'],
  ['a Photoshop picture', '8BPS'],
  ['a JPEG XL picture', '\xff\n'],
  ['a JPEG XL picture', '\0\0\0\fJXL '],
  ['a JPEG 2000 picture', '\0\0\0\fjP  '],
  ['a JPEG 2000 picture', '\xff\x4f\xff\x51'],
  ['a QOI picture', 'qoif'],
]

const others: readonly (readonly [name: string, signature: string])[] = [
  ['a PDF document', '%PDF'],
  ['a PostScript document', '%!PS'],
  ['a ZIP archive', 'PK\x03\x04'],
  ['a gzip archive', '\x1f\x8b'],
  ['a RAR archive', 'Rar!'],
  ['a 7z archive', "7z\xbc\xaf'\x1c"],
  ['a program', 'MZ'],
  ['a program', '\x7fELF'],
  ['a script', '#!'],
  ['a WebM video', '\x1aE\xdf\xa3'],
]

const brands: readonly (readonly [name: string, brand: RegExp])[] = [
  ['an HEIC picture', /^(?:hei[cxms]|hev[cmxs]|mif1|msf1)$/],
  ['a video', /^/],
]

/**
 * The error for bytes that begin like none of the kinds that Easel keeps, naming what they are where that can be told.
 * @param bytes the whole file; only its first 1,024 bytes are looked at
 */
export function foreignError(bytes: Buffer): MediaError {
  if (bytes.length === 0) return new MediaError('not-an-image', 'The file is empty.')
  const start = bytes.toString('latin1', 0, 1024)
  const picture = pictures.find(([, signature]) => start.startsWith(signature))?.[0]
  if (picture !== undefined) return unsupported(picture)
  const other = others.find(([, signature]) => start.startsWith(signature))?.[0]
  if (other !== undefined) return notAnImage(other)
  if (start.startsWith('ftyp', 4)) {
    const name = brands.find(([, brand]) => brand.test(start.slice(8, 12)))?.[0] ?? 'a video'
    return name === 'a video' ? notAnImage(name) : unsupported(name)
  }
  return textError(bytes.toString('utf8', 0, 1024))
}

function textError(start: string): MediaError {
  const text = start.replace(/^[\ufeff\s]+/, '').toLowerCase()
  if (/^(?:<\?xml|<!--|<!doctype svg|<svg)/.test(text) && text.includes('<svg')) return unsupported('an SVG drawing')
  if (/^<(?:!doctype html|html|head|body|script|!--)/.test(text)) return notAnImage('a web page')
  if (/^<(?:\?xml|[a-z])/.test(text)) return notAnImage('an XML document')
  if (/^[[{]/.test(text)) return notAnImage('JSON')
  return new MediaError('not-an-image', `This is not a picture. ${kept}`)
}

function unsupported(name: string): MediaError {
  return new MediaError('unsupported', `This is ${name}. ${kept}`)
}

function notAnImage(name: string): MediaError {
  return new MediaError('not-an-image', `This is ${name}, not a picture. ${kept}`)
}

const behind: readonly (readonly [name: string, sign: RegExp])[] = [
  ['a ZIP archive', /^PK\x03\x04|PK\x05\x06\0\0\0\0/],
  ['a RAR archive', /Rar!\x1a\x07/],
  ['a 7z archive', /7z\xbc\xaf'\x1c/],
  ['a PDF document', /%PDF-\d/],
  ['a web page', /<(?:!doctype html|html|head|body|script|iframe|svg)[\s/>]/i],
  ['a script', /<\?php\s|^\s*#!/i],
  ['a program', /^(?:\x7fELF|MZ)/],
]

/** How many bytes at either end of what stands behind a picture are looked at. */
const looked = 1024 * 1024

/**
 * Refuses a picture with another file behind it, which a reader of that other kind would find (a polyglot). Other bytes behind a picture
 * are kept: cameras put previews and videos there, some tools their notes, and what a browser is told is a picture it draws as one.
 * @param end offset after the picture's last byte
 * @throws MediaError `unsupported`
 */
export function checkBehind(bytes: Buffer, end: number): void {
  if (end >= bytes.length) return
  const ends = [
    bytes.toString('latin1', end, end + looked),
    bytes.toString('latin1', Math.max(end, bytes.length - looked)),
  ]
  const found = behind.find(([, sign]) => ends.some((text) => sign.test(text)))?.[0]
  if (found !== undefined) throw new MediaError('unsupported', `This is a picture with ${found} behind it.`)
}
