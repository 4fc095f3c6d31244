import type { Page } from 'playwright-core'
import { promptBox, viewer } from '../studio.ts'
import { settle, type Shot } from './shot.ts'

const parts = [
  {
    kind: 'style',
    name: 'Oil on canvas',
    text: '{prompt}, oil on canvas, thick paint, warm light',
    negativePrompt: 'photo',
  },
  { kind: 'style', name: 'Paper cut', text: '{prompt}, layered paper cut, soft shadows' },
  { kind: 'template', name: 'portrait', text: 'portrait of {subject}, {mood=calm|wild}, by a window' },
  { kind: 'list', name: 'animal', text: 'fox\nhen\n3::owl\n{brown|black} bear\nhare' },
  { kind: 'list', name: 'weather', text: 'fog\nfirst snow\nsummer rain\nstorm' },
] as const

/** Keeps them where they are not yet. */
async function fill(page: Page): Promise<void> {
  for (const part of parts) await page.request.post(new URL('/api/prompts/parts', page.url()).href, { data: part })
}

async function fillAndReload(page: Page): Promise<void> {
  await fill(page)
  await page.reload()
  await settle(page)
}

async function pick(page: Page): Promise<void> {
  await fillAndReload(page)
  await page.getByRole('button', { name: 'Styles, templates and lists' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Oil on canvas' }).click()
}

async function varyFirst(page: Page): Promise<void> {
  await page.getByRole('grid').getByRole('link').first().click()
  await viewer(page).waitFor()
  const details = viewer(page).getByRole('complementary', { name: 'Details' })
  if (!(await details.isVisible())) await viewer(page).getByRole('button', { name: 'Details' }).click()
  const children = details.getByRole('list', { name: 'Made from it' })
  if ((await children.count()) === 0) await details.getByRole('button', { name: 'Vary' }).click()
  await children.waitFor()
}

/** What prompts are made of, and what is made again. */
export const promptShots: readonly Shot[] = [
  { name: 'prompts-empty', stage: 'empty', path: '/prompts' },
  { name: 'prompts', stage: 'finished', path: '/prompts', arrange: fillAndReload },
  {
    name: 'prompts-edit',
    stage: 'finished',
    path: '/prompts',
    arrange: async (page) => {
      await fillAndReload(page)
      await page.getByRole('button', { name: 'Edit Oil on canvas' }).click()
      await page.getByRole('form', { name: 'Style' }).waitFor()
    },
  },
  { name: 'studio-styles', stage: 'finished', path: '/', arrange: pick },
  {
    name: 'studio-varies',
    stage: 'finished',
    path: '/',
    arrange: async (page) => {
      await pick(page)
      await page.keyboard.press('Escape')
      await promptBox(page).fill('A __animal__ under a {birch|pine|linden tree} in __weather__')
      await page.getByText('Becomes, for example').waitFor()
    },
  },
  {
    name: 'viewer-lineage',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await varyFirst(page)
      await viewer(page).getByRole('list', { name: 'Made from it' }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'compare',
    stage: 'finished',
    path: '/library',
    arrange: async (page) => {
      await varyFirst(page)
      await viewer(page)
        .getByRole('button', { name: /^Compare with: / })
        .first()
        .click()
      await page.getByRole('slider').waitFor()
    },
  },
]
