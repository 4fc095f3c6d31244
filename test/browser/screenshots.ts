// Takes pictures of every screen, for the documentation and for looking:
//   node test/browser/screenshots.ts <folder> [part of their names, as a regular expression: ^viewer.*phone]
import { mkdir } from 'node:fs/promises'
import { launchChromium } from './chromium.ts'
import { accountShots } from './shots/account-shots.ts'
import { adminShots } from './shots/admin-shots.ts'
import { engineShots } from './shots/engine-shots.ts'
import { libraryShots } from './shots/library-shots.ts'
import { peopleShots } from './shots/people-shots.ts'
import { promptShots } from './shots/prompt-shots.ts'
import { shareShots } from './shots/share-shots.ts'
import { picturesOf, take } from './shots/shot.ts'
import { openStages } from './shots/stages.ts'
import { studioShots } from './shots/studio-shots.ts'

const [folder, part = ''] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name the folder that the pictures go into')
await mkdir(folder, { recursive: true })
const shots = [
  ...studioShots,
  ...libraryShots,
  ...shareShots,
  ...peopleShots,
  ...engineShots,
  ...promptShots,
  ...accountShots,
  ...adminShots,
]
const pictures = picturesOf(shots).filter(({ name }) => new RegExp(part).test(name))
const browser = await launchChromium()
if (browser === null) throw new Error('There is no Chromium on this machine')
const { address, admin, close } = await openStages(browser, new Set(pictures.map(({ shot }) => shot.stage)))
let failed = 0
for (const picture of pictures) {
  try {
    await take({ browser, folder, address, admin }, picture)
  } catch (fault) {
    failed += 1
    console.error(`${picture.name}: ${fault instanceof Error ? fault.message : String(fault)}`)
  }
}
await browser.close()
await close()
if (failed > 0) process.exitCode = 1
