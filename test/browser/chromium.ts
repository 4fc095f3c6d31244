import { join } from 'node:path'
import { chromium as playwright, type Browser } from 'playwright-core'
import { chromium as findChromium } from '../../tools/first-run/chromium.mjs'

const args = [
  '--disable-gpu',
  // What draws without one needs no process of its own, to which every picture of a page would go.
  '--in-process-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers give /dev/shm 64 MB.
  '--disable-dev-shm-usage',
]

/** Starts the Chromium that set-up found or installed; null where there is none. */
export async function launchChromium(): Promise<Browser | null> {
  const root = join(import.meta.dirname, '../..')
  const executablePath = await findChromium({ root, env: process.env, say: (line) => console.error(line) })
  if (executablePath === null) return null
  // Chromium's sandbox refuses to run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return await playwright.launch({ executablePath, args: [...args, ...asRoot] })
}
