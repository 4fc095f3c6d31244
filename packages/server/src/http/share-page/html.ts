/** Markup that may stand in a page as it is. */
export interface Html {
  readonly html: string
}

/** What a template takes: text is escaped, markup stands as it is, and nothing is written for null and false. */
export type Part = Html | string | number | null | false | readonly Part[]

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Markup of a template. Every value in it is escaped, so that it is text wherever it stands, also between quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, index) => text + written(parts[index] ?? null)).join('') }
}

/** A block of data that the page's script reads. Browsers do not run it, and nothing in it can end it. */
export function dataBlock(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
  return { html: `<script type="application/json" id="${id}">${json}</script>` }
}

function written(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (sign) => named[sign] ?? sign)
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(written).join('')
}
