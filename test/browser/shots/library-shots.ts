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
