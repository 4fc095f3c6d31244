/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The size as displayed: EXIF orientations 5 to 8 lay the picture on its side. */
export function turned({ width, height }: Size, orientation: number): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}
