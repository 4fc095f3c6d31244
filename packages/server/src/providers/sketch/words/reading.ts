import type { Rgb } from '../draw/colour.ts'
import type { StyleName } from '../draw/style.ts'

export type Time = 'dawn' | 'day' | 'sunset' | 'dusk' | 'night'
export type Season = 'spring' | 'summer' | 'autumn' | 'winter'
export type Weather = 'clear' | 'cloudy' | 'rain' | 'storm' | 'snow' | 'fog' | 'wind'
export type Mood = 'calm' | 'dramatic' | 'dreamy' | 'gloomy' | 'cheerful'
export type Tone = 'warm' | 'cold' | 'pastel' | 'neon' | 'mono' | 'vivid'
export type Place =
  | 'mountains'
  | 'sea'
  | 'beach'
  | 'lake'
  | 'river'
  | 'desert'
  | 'forest'
  | 'city'
  | 'village'
  | 'harbour'
  | 'meadow'
  | 'canyon'
  | 'island'
  | 'space'
  | 'moon'
  | 'underwater'

export type SubjectKind =
  | 'tree'
  | 'pine'
  | 'palm'
  | 'birch'
  | 'cherry'
  | 'willow'
  | 'cactus'
  | 'flower'
  | 'reed'
  | 'mushroom'
  | 'house'
  | 'cabin'
  | 'lighthouse'
  | 'castle'
  | 'church'
  | 'windmill'
  | 'pagoda'
  | 'gate'
  | 'tower'
  | 'tent'
  | 'barn'
  | 'bridge'
  | 'campfire'
  | 'lantern'
  | 'boat'
  | 'sailboat'
  | 'ship'
  | 'train'
  | 'balloon'
  | 'rocket'
  | 'plane'
  | 'bird'
  | 'owl'
  | 'swan'
  | 'butterfly'
  | 'bat'
  | 'dragon'
  | 'cat'
  | 'dog'
  | 'fox'
  | 'wolf'
  | 'deer'
  | 'horse'
  | 'unicorn'
  | 'camel'
  | 'bear'
  | 'rabbit'
  | 'elephant'
  | 'sheep'
  | 'cow'
  | 'penguin'
  | 'whale'
  | 'fish'
  | 'jellyfish'
  | 'turtle'
  | 'person'
  | 'couple'
  | 'child'
  | 'astronaut'
  | 'robot'

/** Things of the sky, which the weather and the hour otherwise decide. */
export type SkySign =
  | 'sun'
  | 'moon'
  | 'stars'
  | 'clouds'
  | 'milkyway'
  | 'aurora'
  | 'rainbow'
  | 'planet'
  | 'comet'
  | 'fireworks'
  | 'rays'
  | 'lightning'

export interface Subject {
  readonly kind: SubjectKind
  readonly count: number
  readonly colour: Rgb | null
}

/** What a prompt asks for, as far as its words are known. Null and empty: nothing was said. */
export interface Reading {
  readonly time: Time | null
  readonly season: Season | null
  readonly weather: Weather | null
  /** In the order in which they were named. */
  readonly places: readonly Place[]
  readonly subjects: readonly Subject[]
  readonly signs: readonly SkySign[]
  /** Signs that must not be there. */
  readonly without: ReadonlySet<string>
  readonly colours: readonly Rgb[]
  readonly tone: Tone | null
  readonly mood: Mood | null
  readonly style: StyleName | null
  /** Words that mean nothing here; they still colour the chance. */
  readonly unknown: readonly string[]
}
