import type { Page } from 'playwright-core'
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

async function openDownloads(page: Page): Promise<void> {
  await viewer(page).getByRole('button', { name: 'Download' }).click()
  await page.getByRole('menuitem', { name: 'Original' }).waitFor()
}

async function selectAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
}

/** What is kept, looked at and thrown away. */
export const libraryShots: readonly Shot[] = [
  { name: 'library', stage: 'finished', path: '/library' },
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
