/**
 * `not-an-image`: something else, such as a web page or an archive. `unsupported`: a picture of a kind that Easel does not keep, or one
 * with another file behind it. `incomplete`: it ends too early. `too-large`: over {@link limits} in bytes or pixels. `damaged`: its
 * structure or its pixels are broken.
 */
export type MediaFault = 'not-an-image' | 'unsupported' | 'incomplete' | 'too-large' | 'damaged'

/** Bytes that are not a picture that can be kept. The message is for people. */
export class MediaError extends Error {
  override readonly name = 'MediaError'
  readonly fault: MediaFault

  constructor(fault: MediaFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.fault = fault
  }
}
