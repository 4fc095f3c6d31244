import type { Page } from 'playwright-core'
import { others, signedIn } from './cast.ts'
import type { Shot } from './shot.ts'

const prompts = ['A small boat on a quiet sea', 'A village in deep snow at night', 'A meadow below high mountains']

/** An album with pictures that others see too, made once. @returns its id */
async function prepare(page: Page): Promise<string> {
  return await page.evaluate(
    async ({ words, emails }) => {
      const ask = async (method: string, path: string, body?: unknown) => {
        const sent = body === undefined ? {} : { body: JSON.stringify(body) }
        const headers = body === undefined ? {} : { 'content-type': 'application/json' }
        return await (await fetch(path, { method, headers, ...sent })).json()
      }
      const known = (await ask('GET', '/api/albums')).data.find(({ name }: { name: string }) => name === 'Autumn walk')
      if (known !== undefined) return String(known.id)
      const [{ id: profileId }] = (await ask('GET', '/api/connections')).data
      const imageIds: string[] = []
      for (const prompt of words) {
        const made = await ask('POST', '/api/images/generate', { prompt, profileId, options: { n: 2 } })
        imageIds.push(...made.data.map(({ id }: { id: string }) => id))
      }
      const { id } = (await ask('POST', '/api/albums', { name: 'Autumn walk' })).data
      await ask('POST', `/api/albums/${id}/images`, { imageIds })
      const ids: string[] = (await ask('GET', '/api/admin/users')).data
        .filter(({ email }: { email: string | null }) => emails.includes(email ?? ''))
        .map((user: { id: string }) => user.id)
      const me = (await ask('GET', '/api/me')).data.id
      const group = (await ask('POST', '/api/admin/groups', { name: 'Family', memberIds: [me, ...ids] })).data
      await ask('POST', '/api/admin/groups', { name: 'Book club of the Ptolemies', memberIds: [me] })
      for (const [index, whoId] of ids.entries())
        await ask('PUT', `/api/albums/${id}/people`, {
          kind: 'user',
          whoId,
          role: index === 0 ? 'editor' : 'viewer',
          prompt: index === 0,
        })
      await ask('PUT', `/api/albums/${id}/people`, { kind: 'group', whoId: group.id, role: 'viewer' })
      return String(id)
    },
    { words: prompts, emails: others.map(({ email }) => email) },
  )
}

const at =
  (path: (albumId: string) => string, more: (page: Page) => Promise<void> = async () => {}) =>
  async (page: Page): Promise<void> => {
    await page.goto(new URL(path(await prepare(page)), page.url()).href)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await more(page)
  }

const tile = (page: Page) => page.getByRole('grid').getByRole('button', { name: /^Open: / })

/** Publishes the album, once. */
async function publish(page: Page): Promise<void> {
  const albumId = await prepare(page)
  await page.evaluate(async (id) => {
    const headers = { 'content-type': 'application/json' }
    await fetch('/api/admin/defaults', { method: 'PATCH', headers, body: JSON.stringify({ gallery: true }) })
    const title = 'An autumn walk with everybody'
    const body = { target: { kind: 'album', albumId: id }, address: 'autumn-walk', title }
    await fetch('/api/shares', { method: 'POST', headers, body: JSON.stringify(body) })
  }, albumId)
}

const published =
  (path: string, more: (page: Page) => Promise<void> = async () => {}) =>
  async (page: Page): Promise<void> => {
    await publish(page)
    await page.goto(new URL(path, page.url()).href)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await more(page)
  }

async function changeLink(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Change link: An autumn walk with everybody' }).click()
  await page.getByRole('switch', { name: 'Publish in the gallery' }).scrollIntoViewIfNeeded()
}

/** Albums that people of one server see together. */
export const peopleShots: readonly Shot[] = [
  signedIn(
    'people-shared',
    '/',
    at(() => '/library/shared'),
  ),
  signedIn(
    'people-album',
    '/',
    at(
      (id) => `/library/shared/${id}`,
      async (page) => await tile(page).first().waitFor(),
    ),
  ),
  signedIn(
    'people-select',
    '/',
    at(
      (id) => `/library/shared/${id}`,
      async (page) => {
        await page.getByRole('button', { name: 'Select' }).click()
        await tile(page).first().click()
        await tile(page).nth(1).click()
      },
    ),
  ),
  signedIn(
    'people-large',
    '/',
    at(
      (id) => `/library/shared/${id}`,
      async (page) => {
        await tile(page).first().click()
        await page.getByRole('dialog', { name: 'Picture' }).getByRole('button', { name: 'Details' }).click()
      },
    ),
  ),
  signedIn(
    'people-dialog',
    '/',
    at(
      (id) => `/library/shared/${id}`,
      async (page) => {
        await page.getByRole('button', { name: 'People', exact: true }).click()
        await page.getByRole('list', { name: 'People' }).waitFor()
      },
    ),
  ),
  signedIn(
    'people-add',
    '/',
    at(
      (id) => `/library/shared/${id}`,
      async (page) => {
        await page.getByRole('button', { name: 'Add pictures' }).click()
        await page.getByRole('dialog').getByRole('checkbox').first().check({ force: true })
      },
    ),
  ),
  signedIn('gallery-page', '/', published('/g/autumn-walk')),
  signedIn('gallery-links', '/', published('/shares')),
  signedIn('gallery-field', '/', published('/shares', changeLink)),
  signedIn(
    'gallery-rule',
    '/',
    published('/admin/rules', async (page) => {
      await page.getByRole('heading', { name: 'Public gallery' }).scrollIntoViewIfNeeded()
    }),
  ),
  signedIn(
    'admin-groups',
    '/',
    at(() => '/admin/groups'),
  ),
  signedIn(
    'admin-group',
    '/',
    at(
      () => '/admin/groups',
      async (page) => {
        await page.getByRole('button', { name: 'Edit group: Family' }).click()
        await page.getByRole('dialog').getByRole('checkbox').first().waitFor()
      },
    ),
  ),
]
