import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

/** One of the Easels that pictures are taken of. */
export type Stage = 'finished' | 'empty' | 'busy' | 'fresh' | 'accounts'

export interface Shot {
  readonly name: string
  readonly stage: Stage
  readonly path: string
  /** Absent: nobody is signed in. */
  readonly as?: 'admin'
  /** Brings the page to what is to be seen. */
  readonly arrange?: (page: Page) => Promise<void>
}

const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
const looks = [
  { name: 'desktop-light', options: { ...desktop, colorScheme: 'light' } },
  { name: 'desktop-dark', options: { ...desktop, colorScheme: 'dark' } },
  { name: 'phone-light', options: { ...phone, colorScheme: 'light' } },
  { name: 'phone-dark', options: { ...phone, colorScheme: 'dark' } },
] as const satisfies readonly { name: string; options: BrowserContextOptions }[]

/** Until nothing is loading and every picture that is in sight has been drawn. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  await page.locator('h1').first().waitFor({ state: 'attached' })
  for (let quiet = 0; quiet < 3;) {
    await page.waitForTimeout(150)
    const pending = await page.evaluate(() => {
      const inSight = (image: HTMLImageElement): boolean => image.getBoundingClientRect().top < innerHeight
      return [...document.images].filter((image) => inSight(image) && !image.complete).length
    })
    quiet = pending === 0 ? quiet + 1 : 0
  }
}

/** Cookies and storage of somebody who is signed in. */
export type Visit = Awaited<ReturnType<BrowserContext['storageState']>>

interface Session {
  readonly browser: Browser
  readonly folder: string
  readonly address: (stage: Stage) => string
  readonly admin: Visit | null
}

interface Picture {
  /** As `viewer-phone-dark`. */
  readonly name: string
  readonly shot: Shot
  readonly options: BrowserContextOptions
}

/** Every shot in four looks. */
export function picturesOf(shots: readonly Shot[]): readonly Picture[] {
  return looks.flatMap(({ name, options }) => shots.map((shot) => ({ name: `${shot.name}-${name}`, shot, options })))
}

export async function take({ browser, folder, address, admin }: Session, picture: Picture): Promise<void> {
  const { stage, path, as, arrange } = picture.shot
  const storageState = as === 'admin' && admin !== null ? { storageState: admin } : {}
  // A visitor of their own for each: what one typed is not to stand in the next picture.
  const context = await browser.newContext({ ...picture.options, ...storageState, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(address(stage) + path)
  await settle(page)
  await arrange?.(page)
  await settle(page)
  await page.screenshot({ path: join(folder, `${picture.name}.png`), animations: 'disabled' })
  await context.close()
}
