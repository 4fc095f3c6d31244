import { routes, type Share, type ShareCreate } from '@easel/contract'
import type { Page } from 'playwright-core'
import { viewer } from '../studio.ts'
import type { Shot } from './shot.ts'

const lake = 'sunrise'

/** Makes a link as the page would. `target` is absent for every picture that the words find. */
async function share(page: Page, words: string, body: Omit<ShareCreate, 'target'> = {}): Promise<Share> {
  const answer: unknown = await page.evaluate(
    async ({ q, options }) => {
      const found = await (await fetch(`/api/images?limit=100&q=${encodeURIComponent(q)}`)).json()
      const imageIds: string[] = found.data.map(({ id }: { id: string }) => id)
      const target = imageIds.length === 1 ? { kind: 'image', imageId: imageIds[0] } : { kind: 'images', imageIds }
      const headers = { 'content-type': 'application/json' }
      const sent = JSON.stringify({ target, ...options })
      return await (await fetch('/api/shares', { method: 'POST', headers, body: sent })).json()
    },
    { q: words, options: body },
  )
  return routes.createShare.response.parse(answer).data
}

const open =
  (words: string, body?: Omit<ShareCreate, 'target'>) =>
  async (page: Page): Promise<void> => {
    const { url } = await share(page, words, body)
    await page.goto(new URL(url, page.url()).href)
  }

const comment = 'Everything from the autumn walk. Which one should hang above the table?'
const gallery = open('', { title: 'Autumn walk', comment, prompt: true })

async function openLarge(page: Page): Promise<void> {
  await gallery(page)
  await page.locator('[data-open="1"]').click()
  await page.getByRole('dialog', { name: 'Pictures' }).waitFor()
}

async function openViewer(page: Page): Promise<void> {
  await page.getByRole('grid').getByRole('link').first().click()
  await viewer(page).waitFor()
}

async function openLinks(page: Page): Promise<void> {
  await openViewer(page)
  await viewer(page).getByRole('button', { name: 'Links' }).click()
  await page.getByRole('button', { name: 'New link' }).waitFor()
}

const stage = 'finished'

export const shareShots: readonly Shot[] = [
  { name: 'share-page', stage, path: '/', arrange: open('lighthouse', { title: 'For the calendar', comment }) },
  { name: 'share-page-told', stage, path: '/', arrange: open('meadow', { prompt: true }) },
  { name: 'share-gallery', stage, path: '/', arrange: gallery },
  { name: 'share-large', stage, path: '/', arrange: openLarge },
  {
    name: 'share-large-told',
    stage,
    path: '/',
    arrange: async (page) => {
      await openLarge(page)
      await page.getByRole('button', { name: 'How it was made' }).click()
    },
  },
  { name: 'share-password', stage, path: '/', arrange: open(lake, { password: 'quiet' }) },
  { name: 'share-missing', stage, path: '/s/nothing-is-called-so' },
  {
    name: 'share-copied',
    stage,
    path: '/library',
    arrange: async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await openViewer(page)
      await viewer(page).getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByText('Anyone who has it can look.').waitFor()
    },
  },
  { name: 'share-links', stage, path: '/library', arrange: openLinks },
  {
    name: 'share-options',
    stage,
    path: '/library',
    arrange: async (page) => {
      await openLinks(page)
      await page.getByRole('button', { name: 'New link' }).click()
      await page.getByRole('switch', { name: 'Ask for a password' }).check({ force: true })
    },
  },
  {
    name: 'shares',
    stage,
    path: '/',
    arrange: async (page) => {
      await share(page, 'desert', { title: 'For Ann', password: 'quiet', viewLimit: 10, download: false })
      await share(page, 'village', { startsAt: '2099-01-01T00:00:00.000Z' })
      await page.goto(new URL('/shares', page.url()).href)
    },
  },
]
