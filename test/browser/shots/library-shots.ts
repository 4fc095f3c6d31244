import type { Page } from 'playwright-core'
import { fakePicture } from '../../../packages/server/src/providers/kit/fake-picture.ts'
import { questionBeforeTrash, viewer } from '../studio.ts'
import { settle, type Shot } from './shot.ts'

const firstTile = (page: Page) => page.getByRole('grid').getByRole('link').first()

async function openFirst(page: Page): Promise<void> {
  await firstTile(page).click()
  await viewer(page).waitFor()
}

async function showDetails(page: Page): Promise<void> {
  const details = viewer(page).getByRole('complementary', { name: 'Details' })
  if (!(await details.isVisible())) await viewer(page).getByRole('button', { name: 'Details' }).click()
  await details.waitFor()
}

/** Asks the server as the page does. */
async function send(page: Page, [method, path]: readonly [string, string], body: unknown): Promise<void> {
  await page.evaluate(
    ({ method: how, path: where, text }) =>
      fetch(where, { method: how, headers: { 'content-type': 'application/json' }, body: text }),
    { method, path, text: JSON.stringify(body) },
  )
}

const label = (tagId: string) => ({ tagType: 'LABEL', tagId })

/** Tags and a saved search; asked again they are there already. */
async function keepSomething(page: Page): Promise<void> {
  const tagAll = (tags: readonly unknown[], q: string) =>
    send(page, ['POST', '/api/bulk'], { action: { type: 'tag', tags }, selection: { search: { q } } })
  await tagAll([label('for the wall')], '')
  await tagAll([label('lighthouse'), { tagType: 'CHARACTER', tagId: '42' }], 'a')
  await send(page, ['POST', '/api/searches'], { name: 'Best of the sea', query: { q: 'sea rating:4' } })
  await page.reload()
}

async function openDownloads(page: Page): Promise<void> {
  await viewer(page).getByRole('button', { name: 'Download' }).click()
  await page.getByRole('menuitem', { name: 'Original' }).waitFor()
}

async function selectAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
}

const adding = (page: Page) => page.getByRole('dialog', { name: 'Add images' })

async function openAdding(page: Page, tab: 'Generate' | 'Upload' | 'Import'): Promise<void> {
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await adding(page).getByRole('tab', { name: tab }).click()
  await adding(page).getByRole('combobox', { name: 'Tags for all of them' }).waitFor()
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })
const drawn = (words: string) => Buffer.from(fakePicture(320, 240, words))
const sound = ['dawn', 'noon', 'dusk'].map((words) => file(`${words}.png`, drawn(words)))
/** Nothing of these is kept, so that other pictures of the same library stay as they are. */
const broken = [file('half of it.png', drawn('half').subarray(0, -20)), file('page.png', Buffer.from('<html></html>'))]

async function chooseFiles(page: Page, button: string, files: typeof sound): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await adding(page).getByRole('button', { name: button }).click()
  await (await chooser).setFiles(files)
}

/** What is kept, looked at and thrown away. */
export const libraryShots: readonly Shot[] = [
  { name: 'library', stage: 'finished', path: '/library' },
  {
    name: 'add-images-upload',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openAdding(page, 'Upload')
      await chooseFiles(page, 'Choose pictures', sound)
      await adding(page).getByRole('img', { name: 'dusk.png' }).waitFor()
    },
  },
  {
    name: 'add-images-import',
    stage: 'finished',
    path: '/library',
    arrange: (page) => openAdding(page, 'Import'),
  },
  {
    name: 'add-images-generate',
    stage: 'finished',
    path: '/library',
    arrange: (page) => openAdding(page, 'Generate'),
  },
  {
    name: 'add-images-report',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openAdding(page, 'Import')
      await chooseFiles(page, 'Choose files or a zip', broken)
      await adding(page).getByRole('button', { name: 'Import 2 pictures' }).click()
      await adding(page).getByRole('button', { name: 'Done' }).waitFor()
    },
  },
  { name: 'library-empty', stage: 'empty', path: '/library' },
  {
    name: 'library-date',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await page.getByRole('button', { name: 'Go to date' }).click()
      await page.getByRole('dialog', { name: 'Go to date' }).getByRole('list').first().waitFor()
    },
  },
  { name: 'library-at', stage: 'finished', path: `/library?at=${new Date().toISOString().slice(0, 10)}` },
  {
    name: 'library-rate',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await page.getByRole('button', { name: 'Select' }).first().click()
      await page.getByRole('button', { name: 'All', exact: true }).click()
      await page.getByRole('button', { name: 'Favourite and stars' }).click()
      await page.getByRole('menuitem', { name: '5 stars' }).waitFor()
    },
  },
  { name: 'tags', stage: 'finished', path: '/library/tags', arrange: keepSomething },
  { name: 'tags-empty', stage: 'empty', path: '/library/tags' },
  {
    name: 'tags-menu',
    stage: 'finished',
    path: '/library/tags',
    arrange: async (page) => {
      await keepSomething(page)
      await page.getByRole('button', { name: 'Actions of lighthouse' }).click()
      await page.getByRole('menuitem', { name: 'Merge into…' }).click()
      await page.getByRole('combobox', { name: 'Other tag' }).fill('f')
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'search-edit',
    stage: 'finished',
    path: '/library/albums',
    arrange: async (page) => {
      await keepSomething(page)
      await page.getByRole('button', { name: /^Edit search/ }).click()
      await page.getByRole('dialog', { name: 'Edit search' }).waitFor()
    },
  },
  { name: 'library-trash', stage: 'finished', path: '/library?trash=true' },
  { name: 'library-trash-empty', stage: 'empty', path: '/library?trash=true' },
  {
    name: 'library-away',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      // The visit is kept a moment after it was last changed.
      await page.waitForTimeout(3500)
      await page.route('**/api/**', (route) => route.abort())
      await page.reload()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'viewer', stage: 'finished', path: '/library', arrange: openFirst },
  {
    name: 'viewer-details',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openFirst(page)
      await showDetails(page)
    },
  },
  {
    name: 'viewer-delete',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openFirst(page)
      await viewer(page).getByRole('button', { name: 'Delete' }).click()
      await questionBeforeTrash(page).waitFor()
    },
  },
  {
    name: 'viewer-download',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openFirst(page)
      await openDownloads(page)
    },
  },
  {
    name: 'viewer-download-as',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await openFirst(page)
      await openDownloads(page)
      await page.getByRole('menuitem', { name: 'Another format or size…' }).click()
      await page.getByRole('dialog', { name: 'Download this picture' }).waitFor()
    },
  },
  {
    name: 'library-selecting',
    stage: 'finished',
    path: '/library',
    arrange: selectAll,
  },
  {
    name: 'library-download',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await selectAll(page)
      await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Download' }).click()
      await page.getByRole('button', { name: 'Cancel' }).waitFor()
    },
  },
  { name: 'viewer-trash', stage: 'finished', path: '/library?trash=true', arrange: openFirst },
  {
    name: 'viewer-engine',
    stage: 'busy',
    path: '/library',
    arrange: async (page) => {
      await openFirst(page)
      await showDetails(page)
      await settle(page)
    },
  },
]
