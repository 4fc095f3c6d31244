import type { Frame } from './draw/layer.ts'
import { clamp } from './draw/maths.ts'
import type { Pace } from './draw/pace.ts'
import { createRandom, type Random } from './draw/random.ts'
import { type Style, type StyleName, styles } from './draw/style.ts'
import { compose, type Scene } from './scene/compose.ts'
import type { Likeness } from './scene/setting.ts'
import { readPrompt } from './words/reader.ts'
import type { Reading, Season, Time } from './words/reading.ts'

export interface Wish {
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly width: number
  readonly height: number
  /** `auto`, `night` or the name of a technique. */
  readonly style: string
  /** Decided over the prompt's head, or null. */
  readonly time: Time | null
  readonly season: Season | null
}

export interface Plan {
  readonly reading: Reading
  readonly style: Style
  readonly frame: Frame
  /** Pixels in a unit. */
  readonly scale: number
  readonly scene: Scene
}

/** From words to a list of layers; the size in pixels changes nothing but the scale. */
export async function planDrawing(wish: Wish, likeness: Likeness | null, pace: Pace): Promise<Plan> {
  const words = readPrompt(wish.prompt, wish.negativePrompt)
  const reading = { ...words, time: wish.time ?? words.time, season: wish.season ?? words.season }
  const random = createRandom(`${wish.prompt.trim().toLowerCase()}\n${wish.seed}`)
  const style = styles[styleFor(wish.style, reading, random.fork('style'))]
  const { frame, scale } = frameFor(wish.width, wish.height)
  const scene = await compose(reading, random, {
    frame,
    style,
    night: wish.style === 'night',
    likeness,
    breathe: pace.breathe,
  })
  return { reading, style, frame, scale, scene }
}

/** A unit is the shorter side, a little more in long formats, so that things keep a natural size in any ratio. */
export function frameFor(width: number, height: number): { frame: Frame; scale: number } {
  const short = Math.min(width, height)
  const mean = Math.sqrt(width * height)
  const scale = clamp(mean, short, short * (width > height ? 1.12 : 1.3))
  return { frame: { width: width / scale, height: height / scale }, scale }
}

function isStyle(name: string): name is StyleName {
  return Object.hasOwn(styles, name)
}

function styleFor(asked: string, reading: Reading, pick: Random): StyleName {
  if (isStyle(asked)) return asked
  if (reading.style !== null) return reading.style
  if (reading.tone === 'mono') return pick.pick(['ink', 'print', 'woodcut'])
  return pick.pick(['print', 'print', 'print', 'print', 'riso', 'watercolour', 'poster', 'papercut'])
}

/** What the picture shows, in a sentence. */
export function describeScene(plan: Plan): string {
  const { place, time, season, reading } = plan.scene.stage
  const things = reading.subjects.map(({ kind, count }) => (count > 1 ? `${count} × ${kind}` : kind))
  const weather = reading.weather === null ? '' : `, ${reading.weather}`
  const where = `${place} at ${time} in ${season}${weather}`
  const what = things.length === 0 ? where : `${things.join(', ')}; ${where}`
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} (drawn by rules, ${plan.style.name})`
}
