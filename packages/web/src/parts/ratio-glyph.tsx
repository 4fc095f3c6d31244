interface RatioGlyphProps {
  /** Width divided by height. */
  readonly ratio: number
}

const BOX = 18
const LONG = 15

/** A small outline with the proportions of a picture. */
export function RatioGlyph({ ratio }: RatioGlyphProps) {
  const held = Math.min(Math.max(ratio, 0.3), 3.4)
  const width = held >= 1 ? LONG : LONG * held
  const height = held >= 1 ? LONG / held : LONG
  return (
    <svg width={BOX} height={BOX} aria-hidden="true" focusable="false">
      <rect
        x={(BOX - width) / 2}
        y={(BOX - height) / 2}
        width={width}
        height={height}
        rx="2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
      />
    </svg>
  )
}
