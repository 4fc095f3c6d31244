// What people do and see, by the names that screen readers use.
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'

const patience = { timeout: 20_000, interval: 50 }

/** Asks again until it fits: for what Playwright's own waiting does not cover. */
export const eventually = <T>(ask: () => T | Promise<T>) => expect.poll(ask, patience)

export const promptBox = (page: Page): Locator => page.getByRole('textbox', { name: 'Prompt' })

/** The card of the newest generation with that prompt. */
export const cardOf = (page: Page, prompt: string): Locator =>
  page.getByRole('article', { name: prompt, exact: true }).first()

/** Its finished pictures. */
export const picturesIn = (card: Locator): Locator => card.getByRole('link', { name: /^Open: / })

export const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture' })

/** Types a prompt and presses Enter. */
export async function ask(page: Page, prompt: string): Promise<Locator> {
  await promptBox(page).fill(prompt)
  await promptBox(page).press('Enter')
  const card = cardOf(page, prompt)
  await card.waitFor()
  return card
}

/** Waits until a picture is there and its pixels are on the screen. */
export async function seePicture(picture: Locator): Promise<void> {
  await picture.waitFor()
  await picture.scrollIntoViewIfNeeded()
  await eventually(() =>
    picture.evaluate((element) => {
      const image = element instanceof HTMLImageElement ? element : element.querySelector('img')
      return image !== null && image.complete && image.naturalWidth > 0
    }),
  ).toBe(true)
}

/** Waits until the generation of a card has ended, and its first picture is to be seen. */
export async function seeResult(card: Locator): Promise<void> {
  await seePicture(picturesIn(card).first())
  await eventually(() => card.getAttribute('aria-busy')).toBe('false')
}

export async function goTo(page: Page, place: 'Studio' | 'Library' | 'Engines'): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place, exact: true }).click()
  await eventually(() => page.evaluate(() => location.pathname)).toBe(
    place === 'Studio' ? '/' : `/${place.toLowerCase()}`,
  )
}

/** The question before a picture goes to the trash. */
export const questionBeforeTrash = (page: Page): Locator =>
  page.getByRole('dialog').filter({ has: page.getByRole('checkbox', { name: "Don't ask again" }) })

export const confirmButton = (page: Page): Locator =>
  questionBeforeTrash(page).getByRole('button', { name: 'Delete', exact: true })
