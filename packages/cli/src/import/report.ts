const kinds = [
  'pictures',
  'generations',
  'tags',
  'links',
  'albums',
  'pictures in albums',
  'searches',
  'prompts',
  'share links',
] as const
export type Kind = (typeof kinds)[number]

/** Every record of an export is in exactly one of these. */
interface Tally {
  taken: number
  there: number
  refused: number
}

interface Reason {
  readonly name: string
  readonly why: string
}

/** What became of everything. Reasons are kept as many as are shown, for there may be a million. */
export interface ImportReport {
  readonly tallies: Readonly<Record<Kind, Tally>>
  /** Pictures that are in, but that something could not be taken of. */
  readonly noted: number
  /** Of what was not taken, what should have been: not what is no picture at all. */
  readonly failed: number
  readonly reasons: readonly Reason[]
  /** How many of them there were. */
  readonly said: number
}

/** What became of one thing, said at once. */
export type Remark = Reason & { readonly what: 'refused' | 'left' | 'noted'; readonly kind: Kind }

/** Lines of the report that name single things. */
const named = 50

export interface Reporting extends ImportReport {
  count(kind: Kind, outcome: 'taken' | 'there'): void
  refuse(kind: Kind, reason: Reason): void
  /** What is no picture, and so is not missing. */
  leave(reason: Reason): void
  /** A picture that was taken, counted already, lacks something. */
  note(reason: Reason): void
  /** What was taken and counted already has something for its owner to see to. */
  remark(kind: Kind, reason: Reason): void
}

/** @param onRemark is told of each thing that something is said of */
export function openReport(onRemark: (remark: Remark) => void = () => {}): Reporting {
  const none = (): Tally => ({ taken: 0, there: 0, refused: 0 })
  const tallies = {
    pictures: none(),
    generations: none(),
    tags: none(),
    links: none(),
    albums: none(),
    'pictures in albums': none(),
    searches: none(),
    prompts: none(),
    'share links': none(),
  }
  const reasons: Reason[] = []
  let noted = 0
  let failed = 0
  let said = 0
  const say = (kind: Kind, what: Remark['what'], reason: Reason) => {
    said += 1
    if (reasons.length < named) reasons.push(reason)
    onRemark({ what, kind, ...reason })
  }
  return {
    tallies,
    reasons,
    get noted() {
      return noted
    },
    get failed() {
      return failed
    },
    get said() {
      return said
    },
    count(kind, outcome) {
      tallies[kind][outcome] += 1
    },
    refuse(kind, reason) {
      tallies[kind].refused += 1
      failed += 1
      say(kind, 'refused', reason)
    },
    leave(reason) {
      tallies.pictures.refused += 1
      say('pictures', 'left', reason)
    },
    note(reason) {
      noted += 1
      say('pictures', 'noted', reason)
    },
    remark: (kind, reason) => say(kind, 'noted', reason),
  }
}

/** No control characters: names of files are somebody else's, and a terminal obeys them. */
const plain = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')

/** What is said at the end. */
export function reportText({ tallies, reasons, noted, said }: ImportReport): string {
  const shown = kinds.filter((kind) => kind === 'pictures' || Object.values(tallies[kind]).some((count) => count > 0))
  const left = said - reasons.length
  return [
    ...shown.map((kind) => {
      const { taken, there, refused } = tallies[kind]
      return `${kind}: ${taken} taken, ${there} there already, ${refused} not taken`
    }),
    ...(noted > 0 ? [`pictures without the words in their files: ${noted}`] : []),
    ...reasons.map(({ name, why }) => `  ${plain(name)}: ${plain(why)}`),
    ...(left > 0 ? [`  … and ${left} more`] : []),
  ].join('\n')
}

/** The same as an object, for programs. */
export function reportJson({ tallies, noted }: ImportReport): object {
  const entries = kinds.map((kind) => {
    const { taken, there, refused } = tallies[kind]
    return [kind, { taken, there, notTaken: refused }] as const
  })
  return { ...Object.fromEntries(entries), withoutWords: noted }
}
