import type { Random } from '../draw/random.ts'
import type { Place, Reading, Subject, SubjectKind } from '../words/reading.ts'
import { roleOf } from './roles.ts'

/** Life that nobody asked for, where the words name none: a sail, a few gulls, someone who looks at the view. */
export function withExtras(reading: Reading, place: Place, pick: Random): Reading {
  if (reading.subjects.length > 0) return reading
  const choices: Readonly<Record<Place, readonly (readonly [SubjectKind, number, number])[]>> = {
    mountains: [
      ['bird', 5, 0.35],
      ['person', 1, 0.25],
      ['deer', 1, 0.15],
    ],
    sea: [
      ['sailboat', 1, 0.45],
      ['bird', 4, 0.4],
      ['lighthouse', 1, 0.25],
    ],
    beach: [
      ['bird', 4, 0.4],
      ['sailboat', 1, 0.3],
      ['person', 1, 0.3],
    ],
    lake: [
      ['boat', 1, 0.4],
      ['bird', 4, 0.3],
      ['cabin', 1, 0.2],
    ],
    river: [
      ['bird', 4, 0.35],
      ['deer', 1, 0.2],
    ],
    desert: [
      ['camel', 3, 0.3],
      ['person', 1, 0.25],
      ['cactus', 3, 0.2],
    ],
    forest: [
      ['deer', 1, 0.35],
      ['person', 1, 0.2],
    ],
    city: [['bird', 4, 0.3]],
    village: [['bird', 3, 0.2]],
    harbour: [
      ['sailboat', 4, 0.9],
      ['boat', 2, 0.6],
    ],
    meadow: [
      ['balloon', 2, 0.2],
      ['bird', 4, 0.3],
      ['windmill', 1, 0.2],
      ['horse', 1, 0.15],
    ],
    canyon: [
      ['bird', 3, 0.35],
      ['person', 1, 0.2],
      ['cactus', 3, 0.3],
    ],
    island: [
      ['sailboat', 1, 0.5],
      ['bird', 4, 0.4],
    ],
    space: [['rocket', 1, 0.3]],
    moon: [['astronaut', 1, 0.4]],
    underwater: [
      ['fish', 9, 0.8],
      ['turtle', 1, 0.3],
      ['jellyfish', 2, 0.3],
    ],
  }
  const subjects: Subject[] = []
  const quiet = reading.weather === 'storm' || reading.mood === 'calm'
  for (const [kind, count, probability] of choices[place]) {
    const comes = pick.chance(probability)
    const standing = roleOf(kind).zone === 'near'
    if (standing && subjects.some((subject) => roleOf(subject.kind).zone === 'near')) continue
    if (comes && !reading.without.has(kind) && subjects.length < (quiet ? 1 : 2))
      subjects.push({ kind, count, colour: null })
  }
  return { ...reading, subjects }
}
