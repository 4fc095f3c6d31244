import type { PictureTexts } from '#media/read-texts.ts'

/** What a picture's file says of how it was made. Anybody may have written it: it is shown as text, never trusted. */
export interface Told {
  readonly prompt: string | null
  readonly negativePrompt: string | null
  readonly seed: number | null
  readonly model: string | null
  /** When it was made, ISO 8601, or null. */
  readonly createdAt: string | null
  /** The other settings; those that Easel has names for carry them. */
  readonly parameters: Readonly<Record<string, string | number>>
}

/** Reads the words of one tool. */
export interface ToldReader {
  /** The tool, as people call it; null for a form that many share. */
  readonly tool: string | null
  /**
   * @returns null when none of the texts is this tool's
   * @throws UnreadableWords when one is, and cannot be understood
   */
  read(texts: PictureTexts): Told | null
}

/** Words are there and cannot be read. The picture is taken without them; the message says so. */
export class UnreadableWords extends Error {
  override readonly name = 'UnreadableWords'
}
