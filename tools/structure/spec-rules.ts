import { filesUnder, textOf } from './tree.ts'

const rule = '[A-Z]{1,4}\\d+[a-z]?'
/** A rule begins its line, after the marks of a list, a heading, a table or bold type. */
const definition = new RegExp(`^[\\s>|#*-]*(${rule})\\b(?=[\\s:.*|)])`, 'gm')
/** A citation begins a text in a test: 'ST1: …', 'ST1, ST2: …'. */
const citation = new RegExp(`['"\`]((?:${rule})(?:(?:, | and |\\/)${rule})*): `, 'g')

/** Every numbered rule of docs/spec is held by a test that names it, and no test names a rule that is not there. */
export function specRuleProblems(root: string): readonly string[] {
  const specs = filesUnder(root, 'docs/spec').filter((file) => file.endsWith('.md'))
  const defined = new Map(specs.flatMap((file) => definedIn(textOf(root, file)).map((id) => [id, file] as const)))
  const prefixes = new Set([...defined.keys()].map(prefixOf))
  const cited = testTexts(root).flatMap(({ file, text }) => citedIn(text).map((id) => ({ id, file })))
  const held = new Set(cited.map(({ id }) => id))
  return [
    ...[...defined].filter(([id]) => !held.has(id)).map(([id, file]) => `${file}: no test is named after rule ${id}`),
    ...cited
      .filter(({ id }) => prefixes.has(prefixOf(id)) && !defined.has(id))
      .map(({ id, file }) => `${file}: a test cites ${id}, which docs/spec does not have`),
  ]
}

function definedIn(text: string): readonly string[] {
  return [...text.matchAll(definition)].flatMap((match) => match[1] ?? [])
}

function citedIn(text: string): readonly string[] {
  return [...text.matchAll(citation)].flatMap((match) => (match[1] ?? '').split(/, | and |\//))
}

function prefixOf(id: string): string {
  return id.replace(/\d.*$/, '')
}

function testTexts(root: string): readonly { readonly file: string; readonly text: string }[] {
  return ['packages', 'test']
    .flatMap((folder) => filesUnder(root, folder))
    .filter((file) => /(\.test\.tsx?|-suite\.ts)$/.test(file) || (file.startsWith('test/') && file.endsWith('.ts')))
    .map((file) => ({ file, text: textOf(root, file) }))
}
