import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseTemplate } from '../../packages/server/src/bin/testing.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'

const builtPage = join(import.meta.dirname, '../../packages/web/dist/index.html')

/** Easel as people run it, with its web page, on a folder of its own. */
export interface ServedEasel {
  readonly address: string
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it anew on the same folder and address, after `kill`. */
  startAgain(): Promise<void>
  /** Ends it and removes the folder. @throws when its log tells of a fault of Easel's */
  stop(): Promise<void>
}

/** @param engines environment variables that make connections, such as `OLLAMA_HOST`; without any there is only the sketcher */
export async function serveEasel(engines: Readonly<Record<string, string>> = {}): Promise<ServedEasel> {
  if (!existsSync(builtPage)) throw new Error('The web app is not built: run the tests by `npm test`')
  const data = await mkdtemp(join(tmpdir(), 'easel-browser-'))
  const settings = { EASEL_DATABASE_TEMPLATE: await databaseTemplate(), EASEL_MIN_FREE_MB: '0', ...engines }
  const faults: string[] = []
  let easel = await startEasel({ data, settings })
  const address = addressOf(easel)
  const end = async (how: () => Promise<unknown>): Promise<void> => {
    await how()
    faults.push(...easel.faults())
  }
  return {
    address,
    kill: () => end(easel.kill),
    async startAgain() {
      easel = await startEasel({ data, settings: { ...settings, EASEL_PORT: new URL(address).port } })
    },
    async stop() {
      await end(easel.stop)
      await rm(data, { recursive: true, force: true })
      if (faults.length > 0) throw new Error(`Easel logged faults:\n${faults.join('\n')}`)
    },
  }
}

function addressOf({ address }: EaselProcess): string {
  if (address === null) throw new Error('Easel serves nothing')
  return address
}
