import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { watchPage, type PageWatch } from './page-watch.ts'
import { watchProgress } from './progress-watch.ts'

const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
const patience = 20_000

/** A person of their own: own storage, own cache, one page. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  readonly watch: PageWatch
}

export interface Visitors {
  /** Opens the address as a new visitor would. */
  visit(address: string, options?: BrowserContextOptions): Promise<Visitor>
}

/** What a person saw when a test failed: the picture is gone with the browser, the words are not. */
async function showWhatIsSeen({ page, watch }: Visitor): Promise<void> {
  const words = await page.locator('body').innerText({ timeout: 5000 })
  console.error([`Seen at ${page.url()}:`, words, 'after', ...watch.lately()].join('\n'))
}

let chromium: Promise<Browser | null> | undefined

/**
 * One browser for all files that this process runs, since to start one takes longer than most tests. Nobody closes it: it ends with the
 * process.
 */
async function sharedChromium(): Promise<Browser | null> {
  const running = await chromium
  if (running !== undefined && running?.isConnected() !== false) return running
  chromium = launchChromium()
  return await chromium
}

/**
 * Visitors of a file of tests. A test in which any visitor's page complained of something has failed; without a browser
 * the tests are skipped and say so.
 */
export function visitors(): Visitors {
  let browser: Browser | null = null
  const here: Visitor[] = []
  beforeAll(async () => {
    browser = await sharedChromium()
  })
  beforeEach((test) => {
    if (browser === null) test.skip('there is no Chromium on this machine')
  })
  afterEach(async ({ task }) => {
    const left = here.splice(0)
    if (task.result?.state === 'fail') await Promise.all(left.map(showWhatIsSeen))
    const faults = left.flatMap(({ watch }) => watch.faults())
    await Promise.all(left.map(({ context }) => context.close()))
    expect(faults, 'what the pages complained of').toEqual([])
  })
  return {
    async visit(address, options = {}) {
      if (browser === null) throw new Error('There is no browser')
      const context = await browser.newContext({ ...desktop, ...options })
      context.setDefaultTimeout(patience)
      await watchProgress(context)
      const page = await context.newPage()
      const visitor = { page, context, watch: watchPage(page) }
      here.push(visitor)
      await page.goto(address)
      return visitor
    },
  }
}
