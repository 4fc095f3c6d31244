import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameKey } from '#base/name-key.ts'
import { checkNames } from './names.ts'
import { parseList, parsePrompt, parseTemplate, partName } from './parse.ts'
import { randomFrom } from './random.ts'
import { resolvePrompt } from './resolve.ts'
import { isPlain, longestPrompt, PromptFault, type Book, type NamedPart } from './tree.ts'

const lists = (given: Readonly<Record<string, string>>): Book =>
  new Map(
    Object.entries(given).map(([name, text]): [string, NamedPart] => [
      nameKey(name),
      { kind: 'list', name, options: parseList(text) },
    ]),
  )
const templates = (given: Readonly<Record<string, string>>): Book =>
  new Map(
    Object.entries(given).map(([name, text]): [string, NamedPart] => [
      nameKey(name),
      { kind: 'template', name, tree: parseTemplate(text) },
    ]),
  )
const nothing: Book = new Map()

interface With {
  readonly book?: Book
  readonly seed?: number
  readonly styles?: readonly string[]
}

function resolve(text: string, { book = nothing, seed = 1, styles = [] }: With = {}): string {
  const tree = parsePrompt(text)
  const trees = styles.map(parseTemplate)
  checkNames([tree, ...trees], book)
  return resolvePrompt({ tree, styles: trees }, { book, seed })
}

/** Everything that comes of it with the first so many seeds. */
function outcomes(text: string, book = nothing, seeds = 400): Map<string, number> {
  const found = new Map<string, number>()
  for (let seed = 0; seed < seeds; seed++) {
    const words = resolve(text, { book, seed })
    found.set(words, (found.get(words) ?? 0) + 1)
  }
  return found
}
const allOf = (text: string, book = nothing) => [...outcomes(text, book).keys()].toSorted()

/** Text with every sign of the language in it, mixed as nobody would. */
const signs = fc.array(
  fc.constantFrom(
    '{',
    '}',
    '|',
    '\\',
    '__',
    '_',
    '(',
    ')',
    ')__',
    '=',
    '::',
    '2::',
    'a',
    'ä',
    '🦊',
    ' ',
    '<x:y>',
    '__l__',
    '\n',
  ),
  { maxLength: 60 },
)
const strange = signs.map((parts) => parts.join(''))
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const letters = fc.string({ unit: fc.constantFrom(...'abcxyz äöü,.;()[]<>:0123456789-"\'/'.split('')) })

/** What is in a book that knows the name `l`, or the fault. */
function tried(text: string, seed: number): string {
  try {
    return `= ${resolve(text, { book: lists({ l: 'one\ntwo' }), seed })}`
  } catch (error) {
    if (error instanceof PromptFault) return `! ${error.message}`
    throw error
  }
}

describe('choices', () => {
  it('PL1: one of the alternatives stands in the place of the braces, and each is reached', () => {
    expect(allOf('a {red|green|blue} fox')).toEqual(['a blue fox', 'a green fox', 'a red fox'])
    expect(allOf('{a|}b')).toEqual(['ab', 'b'])
    expect(allOf('{a|{b|c{d|e}}}')).toEqual(['a', 'b', 'cd', 'ce'])
  })

  it('PL1: every alternative of any number of them is reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), (count) => {
        const options = Array.from({ length: count }, (_, index) => `o${index}`)
        expect(allOf(`{${options.join('|')}}`)).toEqual(options.toSorted())
      }),
      { numRuns: 20 },
    )
  })

  it('PL2: weights are kept, and what weighs nothing never comes', () => {
    const found = outcomes('{3::a|b|0::c|0.5::d}', nothing, 9000)
    expect([...found.keys()].toSorted()).toEqual(['a', 'b', 'd'])
    for (const [option, weight] of [
      ['a', 3],
      ['b', 1],
      ['d', 0.5],
    ] as const) {
      expect((found.get(option) ?? 0) / 9000).toBeCloseTo(weight / 4.5, 1)
    }
  })

  it('PL2: any weights are kept', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }), (weights) => {
        const found = outcomes(`{${weights.map((weight, index) => `${weight}::${index}`).join('|')}}`, nothing, 3000)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (const [index, weight] of weights.entries()) {
          expect(Math.abs((found.get(String(index)) ?? 0) / 3000 - weight / total)).toBeLessThan(0.06)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('PL3: braces without a bar are just braces', () => {
    for (const text of ['{"scene": {"light": "soft"}, "n": [1]}', '{{masterpiece}}', '{}', 'a } b', '}{a}']) {
      expect(resolve(text)).toBe(text)
      expect(isPlain(parsePrompt(text), text)).toBe(true)
    }
    expect(allOf('{{a|b}}')).toEqual(['{a}', '{b}'])
  })
})

describe('letters', () => {
  it('PL4: a backslash makes a sign a letter, and two are one before a sign alone', () => {
    expect(resolve(String.raw`\{a|b\}`)).toBe('{a|b}')
    expect(resolve(String.raw`{a\|b|a\|b}`)).toBe('a|b')
    expect(resolve(String.raw`\__animal__`)).toBe('__animal__')
    expect(resolve(String.raw`{2\::a|2\::a}`)).toBe('2::a')
    expect(allOf(String.raw`\\{a|b}`)).toEqual([String.raw`\a`, String.raw`\b`])
    for (const text of [String.raw`C:\pictures\\fox`, String.raw`hatsune\_miku \(series\)`, '\\']) {
      expect(resolve(text)).toBe(text)
    }
  })

  it('PL5: what engines read themselves goes through as it is', () => {
    for (const text of [
      'a (word:1.2) and ((more)) [less] [from:to:0.5] [a|b]',
      '<lora:my__own__style_v2:0.8> fox',
      'my__file__name, __, ____, a__, __ a__, _x_',
      'BREAK, 50% | art, 3::2 ratio, :: ::',
    ]) {
      expect(resolve(text)).toBe(text)
    }
    expect(allOf('{<lora:a__b__c:1>|<lora:d:1>}')).toEqual(['<lora:a__b__c:1>', '<lora:d:1>'])
  })

  it('PL6: a prompt without any of it is left exactly as it was typed', () => {
    fc.assert(
      fc.property(letters, seeds, (text, seed) => {
        expect(isPlain(parsePrompt(text), text)).toBe(true)
        expect(resolve(text, { seed })).toBe(text)
      }),
    )
  })
})

describe('lists and templates', () => {
  const book = new Map([
    ...lists({ animal: '# comment\n3::red fox\n\n  {brown|black} bear  \r\n', 'deep/one': '__animal__ asleep' }),
    ...templates({ portrait: '{subject} looks at {Subject}, {mood=calm|wild} and {mood}' }),
  ])

  it('PL7: a name stands for one line of its list, whatever the case of its letters', () => {
    expect(allOf('a __Animal__.', book)).toEqual(['a black bear.', 'a brown bear.', 'a red fox.'])
    expect(allOf('__deep/one__', book)).toHaveLength(3)
    expect(resolve('__animal____animal__', { book, seed: 3 })).toMatch(/^(red fox|\w+ bear){2}$/)
    const found = outcomes('__animal__', book, 4000)
    expect((found.get('red fox') ?? 0) / 4000).toBeCloseTo(0.75, 1)
  })

  it('PL8: a value fills every place of its name with the same, and a place may have a usual one', () => {
    expect(allOf('__portrait(subject={a cat|a (dog:1.2)})__', book)).toEqual([
      'a (dog:1.2) looks at a (dog:1.2), calm and calm',
      'a (dog:1.2) looks at a (dog:1.2), wild and wild',
      'a cat looks at a cat, calm and calm',
      'a cat looks at a cat, wild and wild',
    ])
    expect(resolve('__portrait(subject=x, y|mood=)__!', { book })).toBe('x, y looks at x, y,  and !')
    expect(resolve('__own__', { book: templates({ own: '{a} {a={a}b}' }) })).toBe('b b')
    expect(resolve('__portrait( subject =__portrait(subject=a|mood=b)__|mood=c)__', { book })).toContain('and b looks')
  })

  it('PL9: styles are put around the prompt, one after the other; one without a place stands behind it', () => {
    const styles = ['{prompt}, oil on {canvas|canvas}', 'in fog', 'photo of ({prompt})']
    expect(resolve('a fox', { styles })).toBe('photo of (a fox, oil on canvas, in fog)')
  })

  it('PL10: names are letters, digits, -, / and single _', () => {
    for (const name of ['a', 'Füchse', 'a_b-c/d', '日本', '1']) expect(partName.test(name), name).toBe(true)
    for (const name of ['', 'a b', 'a__b', 'a_', '_a', '-a', 'a(', 'a'.repeat(61), 'a\n']) {
      expect(partName.test(name), name).toBe(false)
    }
  })
})

describe('what is refused', () => {
  const book = new Map([
    ...lists({ a: '__b__', b: '{x|__c__}', c: '__a__', bad: '__gone__', loop: 'x __loop__' }),
    ...templates({ t: '{one} {two=2}' }),
  ])
  it.each([
    ['a {red|blue', 'is not closed'],
    ['{{a|b}', 'The brace at character 1 is not closed'],
    ['__nobody__', 'no list or template “nobody”'],
    ['{x|__bad__}', 'no list or template “gone”'],
    ['__loop__', 'names itself'],
    ['{x|__a__}', 'a → b → c → a'],
    ['__t__', 'needs a value: __t(one=…)__'],
    ['__t(three=1|one=1)__', 'no place “three”'],
    ['__b(x=1)__', 'no place “x”'],
    ['__t(one=1', 'is not closed by )__'],
    ['__t(one)__', 'must look like place=value'],
    ['__t(one=1|One=2)__', 'twice'],
    ['{0::a|0::b}', 'weight above 0'],
    ['{2000000::a|b}', 'is over'],
    [`${'{'.repeat(21)}a|b${'}'.repeat(21)}`, 'more than 20 deep'],
  ])('PL11: %s', (text, words) => {
    expect(() => resolve(text, { book })).toThrow(words)
  })

  it('PL12: lists that name each other more than 20 deep', () => {
    const chain = (length: number) =>
      lists(Object.fromEntries(Array.from({ length }, (_, at) => [`n${at}`, at === 0 ? 'end' : `__n${at - 1}__`])))
    expect(resolve('__n19__', { book: chain(20) })).toBe('end')
    expect(() => resolve('__n20__', { book: chain(21) })).toThrow('more than 20 deep')
    expect(() => resolve('__n10__ __n20__', { book: chain(21) })).toThrow('more than 20 deep')
  })

  it('PL12: what grows without measure, in length or in steps', () => {
    const grows = (first: string) =>
      lists(
        Object.fromEntries(
          Array.from({ length: 18 }, (_, at) => [`n${at}`, at === 0 ? first : `__n${at - 1}____n${at - 1}__`]),
        ),
      )
    expect(() => resolve('__n17__', { book: grows('word ') })).toThrow(/longer than|steps/)
    expect(() => resolve('__n17__', { book: grows('{|}') })).toThrow('steps')
    expect(() => resolve('__n0__', { book: lists({ n0: 'x'.repeat(longestPrompt + 1) }) })).toThrow('longer than')
  })
})

describe('any text at all', () => {
  it('PL13: gives the same for the same seed, in bounded length, or is refused in words', () => {
    fc.assert(
      fc.property(strange, seeds, (text, seed) => {
        const once = tried(text, seed)
        expect(tried(text, seed)).toBe(once)
        expect(once.length).toBeLessThan(longestPrompt)
      }),
      { numRuns: 2000 },
    )
  })

  it('PL13: whatever stands behind backslashes can be typed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', ' ', '🦊', '{', '}', '|', '__', '::'), { maxLength: 30 }), (parts) => {
        const typed = parts.map((part) => (/[{}|_:]/.test(part) ? `\\${part}` : part)).join('')
        expect(resolve(typed)).toBe(parts.join(''))
      }),
    )
  })

  it.each([
    ['braces', '{'.repeat(30_000)],
    ['nested choices', `${'{a|'.repeat(8000)}`],
    ['underscores', '_'.repeat(30_000)],
    ['names that do not end', '__a'.repeat(10_000)],
    ['long names', `__${'a'.repeat(29_000)}`],
    ['brackets', '__l(a='.repeat(5000)],
    ['backslashes', '\\'.repeat(30_000)],
    ['half tags', '<a:'.repeat(10_000)],
    ['bars', `{${'|'.repeat(30_000)}}`],
    ['weights', `{${'1::|'.repeat(7000)}}`],
    ['choices side by side', '{a|b}'.repeat(6000)],
  ])('PL13: %s take time in proportion', (_name, text) => {
    // Ten times as long would take hours if it did not.
    expect(tried(text, 5)).toMatch(/^[=!]/)
  })

  it('PL14: the numbers behind it never change', () => {
    const random = randomFrom(42)
    expect(Array.from({ length: 4 }, () => Math.floor(random() * 1e6))).toEqual([507765, 314397, 448153, 667037])
    expect(new Set(Array.from({ length: 1000 }, (_, seed) => randomFrom(seed)())).size).toBe(1000)
    expect(randomFrom(1)()).not.toBe(randomFrom(2 ** 32 + 1)())
  })
})
