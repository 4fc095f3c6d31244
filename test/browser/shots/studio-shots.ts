import type { Page } from 'playwright-core'
import { promptBox } from '../studio.ts'
import type { Shot } from './shot.ts'

const nextPrompt = 'A wooden pier at the lake, first snow, a lantern in the fog'

/** What is asked of an engine, and what comes of it. */
export const studioShots: readonly Shot[] = [
  { name: 'studio-empty', stage: 'empty', path: '/' },
  { name: 'studio-done', stage: 'finished', path: '/' },
  {
    name: 'studio-done-further-down',
    stage: 'finished',
    path: '/',
    arrange: async (page) => await page.evaluate(() => scrollTo(0, 900)),
  },
  {
    name: 'studio-ready',
    stage: 'finished',
    path: '/',
    arrange: async (page) => await promptBox(page).fill(nextPrompt),
  },
  {
    name: 'studio-long-prompt',
    stage: 'finished',
    path: '/',
    arrange: async (page) => {
      await promptBox(page).fill(Array.from({ length: 6 }, () => nextPrompt).join('. '))
      await promptBox(page).blur()
    },
  },
  {
    name: 'studio-picture-actions',
    stage: 'finished',
    path: '/',
    arrange: async (page) => {
      const actions = page.getByRole('button', { name: 'Picture actions' }).first()
      await actions.hover()
      await actions.click()
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor()
    },
  },
  { name: 'studio-running', stage: 'busy', path: '/' },
  {
    name: 'studio-failed',
    stage: 'busy',
    path: '/',
    arrange: async (page) => await page.getByRole('button', { name: 'Retry' }).last().scrollIntoViewIfNeeded(),
  },
  {
    name: 'studio-source',
    stage: 'busy',
    path: '/',
    arrange: async (page) => {
      await chooseModel(page, /^gpt-image-1\.5/)
      await page.getByRole('button', { name: 'Picture actions' }).first().click()
      await page.getByRole('menuitem', { name: 'Use as source' }).click()
      await page.getByText('Working from 1 picture').waitFor()
    },
  },
  {
    name: 'studio-settings',
    stage: 'finished',
    path: '/',
    arrange: async (page) => {
      await page.getByRole('button', { name: /^(More|Picture settings)$/ }).click()
      await page.getByRole('slider', { name: 'Steps' }).waitFor()
      await page.waitForTimeout(400)
    },
  },
  {
    name: 'studio-shapes',
    stage: 'busy',
    path: '/',
    arrange: async (page) => {
      await page.getByRole('button', { name: /^Shape: / }).click()
      await page.getByRole('group', { name: 'Shape' }).waitFor()
    },
  },
  {
    name: 'studio-models',
    stage: 'busy',
    path: '/',
    arrange: async (page) => {
      await page.getByRole('button', { name: /^Engine: / }).click()
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'preferences',
    stage: 'finished',
    path: '/',
    arrange: async (page) => await page.getByRole('button', { name: 'Settings', exact: true }).click(),
  },
  {
    name: 'shortcuts',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'page-missing', stage: 'finished', path: '/nowhere' },
]

async function chooseModel(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name: /^Engine: / }).click()
  await page.getByRole('option', { name }).click()
}
