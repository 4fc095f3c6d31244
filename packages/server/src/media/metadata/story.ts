/** How a picture came to be, for what is written into its file. */
export interface Story {
  /** True when a trained model made it; false when rules drew it. */
  readonly ai: boolean
  /** True when a model changed a picture that was there before. */
  readonly composite?: boolean | undefined
  readonly prompt: string
  readonly negativePrompt?: string | undefined
  readonly steps?: number | undefined
  readonly sampler?: string | undefined
  readonly guidance?: number | undefined
  readonly seed?: number | undefined
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  readonly model: string
}
