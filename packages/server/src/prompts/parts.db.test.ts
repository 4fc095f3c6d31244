// Lists, templates and styles. Rules PL20 … in docs/spec/prompts.md.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { handOver } from '#library/hand-over.ts'
import { openLibrary, type Library } from '#library/testing.ts'
import { createPromptParts, type PromptParts } from './parts.ts'
import { preparePrompt, previewPrompt } from './prepare.ts'

let library: Library
let parts: PromptParts
beforeAll(async () => {
  library = await openLibrary()
  parts = createPromptParts(library)
})
afterAll(() => library.close())

const resolved = async (userId: string, prompt: string) => {
  const typed = { text: prompt, field: 'body.prompt', language: true, styles: [] }
  return (await preparePrompt(library.db, userId, typed))?.resolve(1)
}

it('PL20: each is its user’s alone and has a name of its own, whatever the case of its letters', async () => {
  const [anna, ben] = [await library.addUser(), await library.addUser()]
  const list = await parts.create(anna, { kind: 'list', name: 'Farbe', text: '# comment\nrot\n\n2::rot 🦊' })
  await parts.create(ben, { kind: 'list', name: 'farbe', text: 'blau' })
  expect([await resolved(anna, '__FARBE__'), await resolved(ben, '__Farbe__')]).toEqual([
    expect.stringContaining('rot'),
    'blau',
  ])
  expect(list).toMatchObject({ lines: 2, places: [], negativePrompt: null })
  const taken = { code: 'conflict' }
  await expect(parts.create(anna, { kind: 'style', name: 'FARBE', text: 'x' })).rejects.toMatchObject(taken)
  const style = await parts.create(anna, { kind: 'style', name: 'in oil', text: '{prompt} in oil' })
  await expect(parts.update(anna, style.id, { name: 'farbe' })).rejects.toMatchObject(taken)
  expect((await parts.list(anna)).map(({ name }) => name)).toEqual(['Farbe', 'in oil'])
  expect((await parts.list(anna, 'style')).map(({ name }) => name)).toEqual(['in oil'])
  await expect(parts.get(ben, list.id)).rejects.toMatchObject({ code: 'not-found' })
  await expect(parts.remove(ben, list.id)).rejects.toMatchObject({ code: 'not-found' })
  await parts.remove(anna, list.id)
  await expect(resolved(anna, '__Farbe__')).rejects.toMatchObject({ fields: [{ field: 'body.prompt' }] })
})

it('PL20: of a long list its beginning is listed, and its end is chosen like any other', async () => {
  const anna = await library.addUser()
  const text = Array.from({ length: 20_000 }, (_, line) => `l${line}`).join('\n')
  const { id } = await parts.create(anna, { kind: 'list', name: 'long', text })
  const [entry] = await parts.list(anna)
  expect(entry).toMatchObject({ lines: 20_000, excerpt: text.slice(0, 200) })
  expect((await parts.get(anna, id)).text).toBe(text)
  const { prompts } = await previewPrompt(library.db, anna, { prompt: '__long__', n: 10 })
  expect(prompts.some((prompt) => Number(prompt.slice(1)) > 2000)).toBe(true)
})

it('PL20: there are as many as anybody finds again, and no more', async () => {
  const anna = await library.addUser()
  const row = (at: number) => ({
    id: newId(),
    user_id: anna,
    kind: 'list' as const,
    name: `l${at}`,
    name_key: `l${at}`,
    text: 'a',
  })
  await library.db
    .insertInto('prompt_parts')
    .values(Array.from({ length: 1000 }, (_, at) => row(at)))
    .execute()
  await expect(parts.create(anna, { kind: 'list', name: 'more', text: 'a' })).rejects.toMatchObject({
    code: 'quota-exceeded',
  })
})

it('PL21: one that cannot be read is not kept; what it names may come later', async () => {
  const anna = await library.addUser()
  const fields = (field: string) => ({ code: 'validation-failed', fields: [{ field }] })
  await expect(parts.create(anna, { kind: 'list', name: 'a', text: 'x\n{y' })).rejects.toMatchObject({
    fields: [{ field: 'body.text', message: expect.stringContaining('Line 2: The brace') }],
  })
  await expect(parts.create(anna, { kind: 'template', name: 'a b', text: 'x' })).rejects.toMatchObject(
    fields('body.name'),
  )
  const template = await parts.create(anna, { kind: 'template', name: 'tale', text: '{who} meets __other__' })
  expect(template.places).toEqual(['who'])
  await expect(resolved(anna, '__tale(who=a fox)__')).rejects.toMatchObject(fields('body.prompt'))
  await parts.create(anna, { kind: 'list', name: 'other', text: 'a hen' })
  expect(await resolved(anna, '__tale(who=a fox)__')).toBe('a fox meets a hen')
  await expect(parts.update(anna, template.id, { text: '{who' })).rejects.toMatchObject(fields('body.text'))
  expect((await parts.get(anna, template.id)).text).toBe('{who} meets __other__')
})

it('PL22: they go with a library that is handed over, under a name that prompts can name', async () => {
  const [guest, anna] = [await library.addUser(), await library.addUser()]
  const mine = await parts.create(anna, { kind: 'list', name: 'animal', text: 'fox' })
  const theirs = await parts.create(guest, { kind: 'list', name: 'Animal', text: 'hen' })
  await parts.create(guest, { kind: 'list', name: 'plant', text: 'birch' })
  await handOver(library, { from: guest, to: anna })
  const names = new Map((await parts.list(anna)).map(({ id, name }) => [id, name]))
  expect(names.get(mine.id)).toBe('animal')
  const renamed = names.get(theirs.id) ?? ''
  expect(renamed).toMatch(/^Animal-[0-9a-f]{8}$/)
  expect(await resolved(anna, `__animal__ __${renamed}__ __plant__`)).toBe('fox hen birch')
  expect(await parts.list(guest)).toEqual([])
})
