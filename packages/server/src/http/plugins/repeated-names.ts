/** The end of a text that begins with the quotation mark at `start`: where its closing one is. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

const isSpace = (character: string | undefined) =>
  character === ' ' || character === '\n' || character === '\r' || character === '\t'

function read(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    // No JSON: the parser will say so.
    return quoted
  }
}

/**
 * A name that stands twice in one object, or null. Parsers differ in which of the two counts, so that one who checks and one who acts
 * may be told different things.
 */
export function findRepeatedName(json: string): string | null {
  // For each open list null, for each open object the names so far.
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(null)
    else if (character === '}' || character === ']') open.pop()
    if (character !== '"') continue
    const start = at
    at = endOfText(json, start)
    let next = at + 1
    while (isSpace(json[next])) next += 1
    const names = open.at(-1)
    if (json[next] !== ':' || names === undefined || names === null) continue
    const name = read(json.slice(start, at + 1))
    if (names.has(name)) return name
    names.add(name)
  }
  return null
}
