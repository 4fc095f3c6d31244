import { formatParameters } from './parameters.ts'
import type { Story } from './story.ts'

/** The texts that go into a file. */
export interface Marks {
  /** Address of the IPTC term for how the picture was made. */
  readonly sourceType: string
  /** The story in A1111's form. */
  readonly parameters: string
}

/** Some of the texts; null: none of that kind. */
export type SomeMarks = { readonly [Name in keyof Marks]: Marks[Name] | null }

const terms = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

/** The texts for a story (IPTC NewsCodes, scheme Digital Source Type). */
export function marksOf(story: Story): Marks {
  const made = story.composite === true ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia'
  return { sourceType: terms + (story.ai ? made : 'algorithmicMedia'), parameters: formatParameters(story) }
}

/** True when the term says that a trained model made the picture or had a part in it. */
export function saysAi(sourceType: string): boolean {
  return /trainedAlgorithmicMedia$/i.test(sourceType)
}
