import { answerBlocks } from './wire.ts'

/** The kinds of answer that would be a picture: none, as long as Anthropic has no model that draws. */
export function pictureBlocks(): readonly string[] {
  return answerBlocks.filter((block) => /image|picture/.test(block))
}
