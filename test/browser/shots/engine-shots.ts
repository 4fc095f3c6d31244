import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'

async function openKinds(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add engine' }).click()
  await page.getByRole('list', { name: 'Kinds of engine' }).waitFor()
}

/** Where engines are connected. */
export const engineShots: readonly Shot[] = [
  { name: 'engines', stage: 'busy', path: '/engines' },
  {
    name: 'engines-tested',
    stage: 'busy',
    path: '/engines',
    arrange: async (page) => {
      for (const test of await page.getByRole('button', { name: /^Test\b/ }).all()) await test.click()
      await page.waitForTimeout(1500)
    },
  },
  { name: 'engines-add', stage: 'busy', path: '/engines', arrange: openKinds },
  {
    name: 'engines-form',
    stage: 'busy',
    path: '/engines',
    arrange: async (page) => {
      await openKinds(page)
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^OpenAI\b/ })
        .first()
        .click()
      await page.getByLabel(/^Key\b/).waitFor()
    },
  },
  {
    name: 'engines-edit',
    stage: 'busy',
    path: '/engines',
    arrange: async (page) => {
      await page.getByRole('button', { name: /^Actions for OpenAI/ }).click()
      await page.getByRole('menuitem', { name: 'Edit' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).waitFor()
    },
  },
]
