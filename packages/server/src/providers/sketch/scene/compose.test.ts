import { describe, expect, it } from 'vitest'
import { createPace } from '../draw/pace.ts'
import { bounds } from '../draw/path.ts'
import { describeScene, frameFor, planDrawing, type Plan, type Wish } from '../drawing.ts'
import type { Layer } from '../draw/layer.ts'

const plain: Wish = {
  prompt: '',
  negativePrompt: '',
  seed: 1,
  width: 512,
  height: 512,
  style: 'print',
  time: null,
  season: null,
}

function plan(wish: Partial<Wish>): Promise<Plan> {
  return planDrawing({ ...plain, ...wish }, null, createPace(new AbortController().signal))
}

function kindsOf(made: Plan): string[] {
  return made.scene.stage.reading.subjects.map((subject) => subject.kind)
}

function numbersIn(layers: readonly Layer[]): number[] {
  return layers.flatMap((layer) => (layer.kind === 'shape' ? layer.contours.flat() : []))
}

describe('composition', () => {
  it('does not depend on the resolution', async () => {
    for (const prompt of ['lighthouse', 'city in rain', 'forest', 'village in winter']) {
      const small = await plan({ prompt, width: 256, height: 192 })
      const large = await plan({ prompt, width: 1024, height: 768 })
      expect(large.scene.layers).toEqual(small.scene.layers)
      expect(large.scale).toBeCloseTo(small.scale * 4, 6)
    }
  })

  it('draws what the words say', async () => {
    const place = async (prompt: string) => (await plan({ prompt })).scene.stage
    expect(await place('autumn forest at dusk')).toMatchObject({ place: 'forest', season: 'autumn', time: 'dusk' })
    expect(await place('a village by the sea')).toMatchObject({ place: 'harbour' })
    expect(await place('a village by a lake')).toMatchObject({ place: 'village' })
    expect(await place('camels')).toMatchObject({ place: 'desert' })
    expect(await place('astronaut')).toMatchObject({ time: 'night' })
    expect(await place('cherry blossoms')).toMatchObject({ season: 'spring' })
    expect(kindsOf(await plan({ prompt: 'a fox and two owls' }))).toEqual(['fox', 'owl'])
  })

  it('obeys the options before the words', async () => {
    const { stage } = (await plan({ prompt: 'a summer night', time: 'dawn', season: 'winter' })).scene
    expect(stage).toMatchObject({ time: 'dawn', season: 'winter' })
    expect((await plan({ prompt: 'sunrise', style: 'night' })).scene.stage).toMatchObject({ time: 'night' })
  })

  it('leaves out what is refused, also what it would add by itself', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const made = await plan({ prompt: 'sea', negativePrompt: 'birds, boats, sailboat, lighthouse, moon, sun', seed })
      expect(kindsOf(made)).toEqual([])
      expect(made.scene.stage.light.seen).toBe(false)
    }
    const clouds = async (negativePrompt: string) =>
      (await plan({ prompt: 'cloudy meadow by day', negativePrompt })).scene.layers.length
    expect(await clouds('clouds, cloudy')).toBeLessThan(await clouds(''))
  })

  it('has more than one scene for words it does not know', async () => {
    const places = new Set<string>()
    for (let seed = 0; seed < 30; seed++) places.add((await plan({ prompt: 'asdkjh qwe', seed })).scene.stage.place)
    expect(places.size).toBeGreaterThan(6)
  })

  it('makes only numbers that can be drawn, in every place and format', async () => {
    const places = ['mountains', 'sea', 'beach', 'lake', 'river', 'desert', 'forest', 'city', 'village', 'harbour']
    const others = ['meadow', 'canyon', 'island', 'outer space', 'on the moon', 'underwater']
    for (const [width, height] of [
      [256, 256],
      [2048, 64],
      [64, 2048],
    ] as const) {
      for (const prompt of [...places, ...others]) {
        const made = await plan({ prompt, width, height })
        expect(numbersIn(made.scene.layers).every(Number.isFinite), prompt).toBe(true)
      }
    }
  })

  it('keeps boats on the water', async () => {
    for (const [place, boat] of [
      ['lake', 'boat'],
      ['sea', 'sailboat'],
      ['harbour', 'ship'],
    ] as const) {
      const prompt = `a house and a ${boat}, ${place}`
      const { stage, layers } = (await plan({ prompt })).scene
      // What is there only with the boat is the boat, its mirror image and its wake.
      const others = new Set(
        (await plan({ prompt, negativePrompt: boat })).scene.layers.map((layer) => JSON.stringify(layer)),
      )
      const own = layers.filter((layer) => !others.has(JSON.stringify(layer)))
      const { top, bottom } = bounds(own.flatMap((layer) => (layer.kind === 'shape' ? layer.contours : [])))
      expect(own.length).toBeGreaterThan(3)
      expect((top + bottom) / 2, prompt).toBeGreaterThan(stage.horizon)
      expect(bottom).toBeLessThan(stage.frame.height + 0.2)
      expect(layers.findIndex((layer) => layer === own[0])).toBeGreaterThan(
        layers.findIndex((layer) => layer.kind === 'water'),
      )
    }
  })

  it('describes what it drew', async () => {
    const text = describeScene(await plan({ prompt: 'two foxes in a forest in autumn at dusk' }))
    expect(text).toBe('2 × fox; forest at dusk in autumn (drawn by rules, print)')
  })
})

describe('frameFor', () => {
  it('keeps the ratio and at least one unit in the shorter side of a square', () => {
    expect(frameFor(800, 800)).toEqual({ frame: { width: 1, height: 1 }, scale: 800 })
    for (const [width, height] of [
      [2048, 64],
      [64, 2048],
      [390, 844],
    ] as const) {
      const { frame, scale } = frameFor(width, height)
      expect(frame.width * scale).toBeCloseTo(width, 6)
      expect(frame.height * scale).toBeCloseTo(height, 6)
    }
  })
})
