import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngineHttp } from '../kit/engine-http.ts'
import { decodePng, encodePng, pngPixels } from '../spec/png-codec.ts'
import type { ImageRequest, RunContext } from '../spec/provider.ts'
import { ProviderError } from '../spec/provider-error.ts'
import { provider } from './provider.ts'

type Sign = Parameters<RunContext['progress']>[0]

function contextWith(given: { signal?: AbortSignal; progress?: (sign: Sign) => void } = {}): RunContext {
  const signal = given.signal ?? new AbortController().signal
  return {
    baseUrl: '',
    key: null,
    settings: {},
    signal,
    http: createEngineHttp({ baseUrl: '', signal, allowPrivateBase: false }),
    progress: given.progress ?? (() => undefined),
    pixels: pngPixels,
  }
}

function requestFor(given: Partial<ImageRequest>): ImageRequest {
  return { model: 'sketch', prompt: 'a lake', n: 1, width: 96, height: 96, seed: 1, sources: [], options: {}, ...given }
}

async function draw(given: Partial<ImageRequest>, context = contextWith()) {
  const outcome = await provider.start(requestFor(given), context)
  if (outcome.kind !== 'done') throw new ProviderError('internal', `The outcome was ${outcome.kind}`)
  const [image] = outcome.images
  if (image === undefined) throw new ProviderError('internal', 'There was no picture')
  return { ...image, ...decodePng(image.bytes) }
}

function hashOf(rgba: Uint8Array): string {
  return createHash('sha256').update(rgba).digest('hex')
}

/** Mean red, green and blue of some rows. */
function meanOf(
  picture: { rgba: Uint8Array; width: number },
  rows: readonly [number, number],
): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0]
  const pixels = (rows[1] - rows[0]) * picture.width
  for (let i = rows[0] * picture.width; i < rows[1] * picture.width; i++) {
    for (const c of [0, 1, 2] as const) sum[c] += (picture.rgba[i * 4 + c] ?? 0) / pixels
  }
  return sum
}

const Pictures = z.array(
  z.object({
    prompt: z.string(),
    seed: z.int(),
    width: z.int(),
    height: z.int(),
    style: z.string(),
    sha256: z.string(),
  }),
)
const fixtures = readFileSync(new URL('./__fixtures__/pictures.json', import.meta.url), 'utf8')

describe('determinism', () => {
  it.each(Pictures.parse(JSON.parse(fixtures)))(
    '$prompt, $seed, $width×$height, $style: the same pixels everywhere',
    async (row) => {
      const { sha256, ...request } = row
      expect(hashOf((await draw(request)).rgba)).toBe(sha256)
    },
  )

  it('draws the same twice, whatever the number of steps, and something else with another seed', async () => {
    const first = await draw({ seed: 7 })
    expect(hashOf((await draw({ seed: 7, steps: 3 })).rgba)).toBe(hashOf(first.rgba))
    expect(hashOf((await draw({ seed: 8 })).rgba)).not.toBe(hashOf(first.rgba))
    expect(hashOf((await draw({ seed: 7, prompt: 'a lake at night' })).rgba)).not.toBe(hashOf(first.rgba))
    expect(first.seed).toBe(7)
  })

  it('changes with the style and the negative prompt', async () => {
    const wish = { prompt: 'a fox in the snow by day', width: 128, height: 128 }
    const hashes = new Set<string>()
    for (const style of ['print', 'poster', 'watercolour', 'ink', 'papercut', 'woodcut', 'riso', 'night']) {
      hashes.add(hashOf((await draw({ ...wish, style })).rgba))
    }
    expect(hashes.size).toBe(8)
    const without = await draw({ ...wish, style: 'print', negativePrompt: 'fox' })
    expect(hashes.has(hashOf(without.rgba))).toBe(false)
    expect(without.description).not.toMatch(/fox/i)
  })
})

describe('sizes', () => {
  it.each([
    [64, 64],
    [65, 333],
    [2048, 64],
    [64, 2048],
    [390, 844],
  ])('%i×%i comes out exactly', async (width, height) => {
    const picture = await draw({ width, height, prompt: 'mountains and a village' })
    expect(picture).toMatchObject({ width, height })
    expect(picture.rgba.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true)
  })

  it('the same scene at twice the size has the same masses', async () => {
    const small = await draw({ prompt: 'lighthouse at dawn', width: 128, height: 128, style: 'print' })
    const large = await draw({ prompt: 'lighthouse at dawn', width: 256, height: 256, style: 'print' })
    for (let band = 0; band < 8; band++) {
      const a = meanOf(small, [band * 16, band * 16 + 16])
      const b = meanOf(large, [band * 32, band * 32 + 32])
      for (const c of [0, 1, 2] as const) expect(Math.abs(a[c] - b[c])).toBeLessThan(6)
    }
  })
})

describe('progress', () => {
  it('rises to its end and shows previews that decode', async () => {
    const signs: Sign[] = []
    await draw({ width: 512, height: 512, steps: 9 }, contextWith({ progress: (sign) => signs.push(sign) }))
    const steps = signs.map((sign) => sign.completed)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(new Set(steps).size).toBe(steps.length)
    expect(signs.every((sign) => sign.total === 9)).toBe(true)
    expect(steps.at(-1)).toBe(9)
    const previews = signs.flatMap((sign) => (sign.preview === undefined ? [] : [decodePng(sign.preview)]))
    expect(previews.length).toBeGreaterThanOrEqual(2)
    for (const preview of previews) expect(Math.max(preview.width, preview.height)).toBeLessThanOrEqual(256)
    expect(new Set(previews.map((preview) => hashOf(preview.rgba))).size).toBe(previews.length)
  })

  it('shows no preview of what is there at once', async () => {
    const signs: Sign[] = []
    await draw({ width: 128, height: 128, steps: 1 }, contextWith({ progress: (sign) => signs.push(sign) }))
    expect(signs.every((sign) => sign.preview === undefined)).toBe(true)
    expect(signs.at(-1)).toMatchObject({ completed: 1, total: 1 })
  })

  it('lets everything else run meanwhile', async () => {
    let turns = 0
    let running = true
    const turn = () => {
      turns += 1
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    await draw({ width: 1024, height: 1024, prompt: 'autumn forest with a fox' })
    running = false
    expect(turns).toBeGreaterThan(10)
  })
})

describe('abort', () => {
  it('stops in the middle of a drawing', async () => {
    const abort = new AbortController()
    let last = 0
    const progress = (sign: Sign) => {
      last = sign.completed
      if (sign.completed >= 2) abort.abort()
    }
    const drawing = draw({ width: 1024, height: 1024, steps: 50 }, contextWith({ signal: abort.signal, progress }))
    await expect(drawing).rejects.toMatchObject({ kind: 'interrupted', advice: 'never' })
    const then = last
    await wait(20)
    expect(last).toBe(then)
    expect(last).toBeLessThan(50)
  })

  it('does not begin when it is too late', async () => {
    const late = contextWith({ signal: AbortSignal.abort() })
    await expect(draw({}, late)).rejects.toMatchObject({ kind: 'interrupted' })
    await expect(provider.listModels(late)).rejects.toMatchObject({ kind: 'interrupted' })
  })
})

describe('image to image', () => {
  const [width, height] = [96, 96]
  const rgba = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const upper = i < width * 40
    rgba.set(upper ? [200, 60, 170, 255] : [30, 110, 40, 255], i * 4)
  }
  const source = { bytes: encodePng(rgba, width, height), mimeType: 'image/png', width, height }
  const wish = { prompt: 'a tree in summer', style: 'print', sources: [source], width, height }

  it('takes colours and horizon from the source', async () => {
    const picture = await draw({ ...wish, strength: 0.6 })
    const sky = meanOf(picture, [4, 20])
    const ground = meanOf(picture, [60, 90])
    expect(sky[0]).toBeGreaterThan(sky[1] + 40)
    expect(sky[2]).toBeGreaterThan(sky[1] + 30)
    expect(ground[1]).toBeGreaterThan(ground[0])
    expect(ground[1]).toBeGreaterThan(ground[2])
  })

  it('keeps more of the source the lower the strength is', async () => {
    const distanceAt = async (strength: number) => {
      const picture = await draw({ ...wish, strength })
      let sum = 0
      for (let i = 0; i < rgba.length; i++) sum += Math.abs((picture.rgba[i] ?? 0) - (rgba[i] ?? 0))
      return sum / rgba.length
    }
    const [none, little, middle, all] = [
      await distanceAt(0),
      await distanceAt(0.3),
      await distanceAt(0.6),
      await distanceAt(1),
    ]
    expect(none).toBeLessThan(3)
    expect(little).toBeGreaterThan(none)
    expect(middle).toBeGreaterThan(little)
    expect(all).toBeGreaterThan(middle)
  })

  it('ignores the source at full strength', async () => {
    const alone = await draw({ ...wish, sources: [] })
    expect(hashOf((await draw({ ...wish, strength: 1 })).rgba)).toBe(hashOf(alone.rgba))
  })

  it('refuses a source that is no picture', async () => {
    const broken = { ...source, bytes: new Uint8Array([1, 2, 3]) }
    await expect(draw({ ...wish, sources: [broken] })).rejects.toMatchObject({ kind: 'bad-request' })
  })
})

describe('requests', () => {
  it.each([
    ['another model', { model: 'flux' }, 'not-found'],
    ['two pictures', { n: 2 }, 'bad-request'],
    ['too small', { width: 63 }, 'bad-request'],
    ['too large', { height: 2049 }, 'bad-request'],
    ['half a pixel', { width: 100.5 }, 'bad-request'],
    ['a negative seed', { seed: -1 }, 'bad-request'],
    ['an unknown style', { style: 'oil' }, 'bad-request'],
    ['an unknown option', { options: { time: 'teatime' } }, 'bad-request'],
  ] as const)('refuses %s', async (_name, wrong, kind) => {
    await expect(draw(wrong)).rejects.toMatchObject({ kind, advice: 'never' })
  })

  it('says plainly that it is no AI, and needs nothing', () => {
    const { manifest } = provider
    expect(manifest).toMatchObject({ id: 'sketch', ai: false, key: 'none', builtIn: true, resendSafe: true })
    expect(manifest.description).toMatch(/not AI/)
    expect(manifest.defaultBaseUrl).toBeNull()
  })

  it('tells what it drew and how', async () => {
    const picture = await draw({ prompt: 'a fox in autumn at dusk', style: 'ink', steps: 5 })
    expect(picture.description).toMatch(/Fox.*autumn.*drawn by rules, ink/)
    expect(picture.parameters).toMatchObject({ steps: 5, style: 'ink', time: 'dusk', season: 'autumn' })
  })

  it('has a picture for any words', async () => {
    for (const prompt of ['', '  ', '🦊', 'x'.repeat(32_000), 'no no no', 'constructor']) {
      expect((await draw({ prompt })).width).toBe(96)
    }
  })
})
