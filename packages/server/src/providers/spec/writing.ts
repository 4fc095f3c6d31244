// An optional part of the provider port: text models that rewrite a prompt or say what a picture shows. Rules are numbered in
// docs/spec/writing.md.
import type { TextModel } from '@easel/contract'
import type { CallContext, Cost } from './provider.ts'

export interface Writer {
  /**
   * The text models that this server or account has now, without those that surely do something else. None is an empty list.
   * @throws ProviderError when the engine cannot be asked
   */
  listTextModels(context: CallContext): Promise<readonly TextModel[]>
  /**
   * Asks a model for a few words and waits for all of them. `context.signal` ends it.
   * @throws ProviderError
   */
  write(request: WritingRequest, context: CallContext): Promise<WritingOutcome>
}

export interface WritingRequest {
  /** Need not be one of `listTextModels`: no engine's list tells everything. */
  readonly model: string
  /** What the model is to do. */
  readonly instructions: string
  /** What it is to do that with. */
  readonly text: string
  /** A picture that the text is about: small, and without metadata. */
  readonly picture?: { readonly bytes: Uint8Array; readonly mimeType: string }
  /** Most that the model may write, in tokens of its own; what it thinks may count too. */
  readonly maxTokens: number
}

/** Two outcomes of a call that did not throw. */
export type WritingOutcome =
  /** Never empty; without what the model thought aloud. `cost` only where the engine itself says it. */
  | { readonly kind: 'written'; readonly text: string; readonly cost?: Cost }
  /** Refused on grounds of content. `reason` is in the engine's own words. */
  | { readonly kind: 'blocked'; readonly reason: string }
