import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from './studio.ts'

/** What a theme can break; everything else is the same in both. */
const rulesOfColour = ['color-contrast', 'link-in-text-block']

const builder = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'))
const source = readFileSync(builder.resolve('axe-core/axe.min.js'), 'utf8')
/** What the builder brings into the page instead of all of axe, which it would do twice for each look. */
const nothingMore = 'undefined'

async function bringAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source)
}

/** What axe objects to in what is seen now, one line for each element. @param rules all rules without it */
async function objections(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // A picture or a dialog that fades in has no contrast yet.
  const fading = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(({ playState, effect }) => playState === 'running' && effect?.getTiming().iterations !== Infinity)
          .length,
    )
  await eventually(fading).toBe(0)
  await bringAxe(page)
  // There are no frames, for which axe would open a page of its own.
  const axe = new AxeBuilder({ page, axeSource: nothingMore })
    .setLegacyMode()
    .options({ resultTypes: ['violations'], preload: false })
  const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, any }) => `${id} (${help}): ${html} ${any.map(({ message }) => message).join('; ')}`),
  )
}

/** Fails when axe objects to what the page shows, in its theme as it is. */
export async function seeNoObjection(page: Page): Promise<void> {
  expect(await objections(page)).toEqual([])
}

/**
 * Fails when axe objects to what the page shows, in the light theme or in the dark one.
 * @param place named in the failure, where one test looks at several
 */
export async function seeNoObjectionInBothThemes(page: Page, place?: string): Promise<void> {
  for (const [colorScheme, rules] of [
    ['dark', undefined],
    ['light', rulesOfColour],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // What is not one of the app's pages goes by the browser's word alone.
    await page
      .locator(`html[data-mantine-color-scheme="${colorScheme}"], html:not([data-mantine-color-scheme])`)
      .waitFor()
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))))
    expect(await objections(page, rules), [place, colorScheme].join(' ').trim()).toEqual([])
  }
}
