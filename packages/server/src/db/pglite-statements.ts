import { serialize } from 'pg-protocol'

/** Texts that are kept prepared. Easel has fewer; those with lists of several lengths are what the limit is for. */
const keptStatements = 300
/** The plan for any number of rows may be a bad one for a few: a page of a list is planned with its values. */
const plannedEachTime = /\blimit \$/

export interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

export interface Statement {
  /** Empty when it is planned each time. */
  readonly name: string
  readonly columns: readonly Column[]
}

/** A text that is sent for the first time. */
interface Beginning {
  /** To prepare it under; empty when it is planned each time, or another request prepares it just now. */
  readonly name: string
  /** Messages to be sent before. */
  readonly before: readonly Buffer[]
  /** It was parsed, and these are its columns. */
  keep(columns: readonly Column[]): void
  /** It was answered, well or not. */
  end(): void
}

/** What is prepared in a session. */
export interface Statements {
  readonly size: number
  /** One that was sent before; null when there is none. */
  use(text: string): Statement | null
  begin(text: string): Beginning
  clear(): void
}

export function createStatements(): Statements {
  /** By their texts, in the order of their use. */
  const known = new Map<string, Statement>()
  /** Texts that are sent to be prepared and not answered yet. */
  const preparing = new Set<string>()
  let named = 0

  /** Forgets the one that was used longest ago. */
  function makeRoom(): Buffer[] {
    const [oldest] = known
    if (known.size < keptStatements || oldest === undefined) return []
    const [text, { name }] = oldest
    known.delete(text)
    return name === '' ? [] : [serialize.close({ type: 'S', name })]
  }

  return {
    get size() {
      return known.size
    },
    use(text) {
      const statement = known.get(text)
      if (statement === undefined) return null
      known.delete(text)
      known.set(text, statement)
      return statement
    },
    begin(text) {
      if (preparing.has(text)) return { name: '', before: [], keep: () => {}, end: () => {} }
      const eachTime = plannedEachTime.test(text)
      const name = eachTime ? '' : `easel_${(named += 1)}`
      preparing.add(text)
      return {
        name,
        before: makeRoom(),
        keep: (columns) => void known.set(text, { name, columns }),
        end: () => void preparing.delete(text),
      }
    },
    clear: () => known.clear(),
  }
}
