// Clients that never stop asking, engines that draw, and a server that is killed again and again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { terminalStates } from '@easel/contract'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import {
  countActive,
  countWithoutThumbnail,
  getGeneration,
  listConnections,
  Refused,
  submit,
  until,
} from './easel-client.ts'
import { killWhileStarting, startEasel, type EaselOptions, type EaselProcess } from './easel-process.ts'
import { inspect, type Inspection } from './inspect.ts'
import { seededRandom } from './random.ts'

/** What a client was told is accepted. */
export interface Accepted {
  readonly key: string
  readonly id: string
  readonly provider: string
  readonly prompt: string
  readonly n: number
}

export interface KillReport extends Inspection {
  readonly kills: number
  readonly accepted: readonly Accepted[]
  /** Requests for pictures that the engine which takes money was sent, by prompt. */
  readonly charges: ReadonlyMap<string, number>
  /** What any of the starts had to complain about. */
  readonly faults: readonly string[]
  /** How the last process ended when it was told to. */
  readonly exitCode: number | null
}

const clients = 4
/** So many generations a client leaves open before it waits for its oldest. */
const mostOpen = 10
/** The sketcher takes a second for a picture, and little more is there between two kills. */
const engineOrder = ['ollama', 'openai', 'sketch']
/** How long the work left at the end may take. */
const drainMs = 180_000

interface Server {
  /** Null while it is down. */
  address: string | null
  over: boolean
}

/** Tries until the server answers, however often it dies meanwhile: null when the run is over. */
async function persist<T>(server: Server, ask: (address: string) => Promise<T>): Promise<T | null> {
  for (;;) {
    const { address } = server
    try {
      if (address !== null) return await ask(address)
    } catch (error) {
      // Whatever the server answered counts; only a connection that broke is tried again.
      if (error instanceof Refused) throw error
    }
    if (server.over && server.address === null) return null
    await delay(20)
  }
}

interface Client {
  readonly server: Server
  readonly random: () => number
  readonly name: string
  /** The first is asked most often. */
  readonly engines: readonly { readonly provider: string; readonly connectionId: string }[]
  readonly accepted: Accepted[]
}

/** Submits, each time with a key of its own, and with the same key again when it did not hear the answer. */
async function beClient({ server, random, name, engines, accepted }: Client): Promise<void> {
  const open: string[] = []
  for (let count = 0; !server.over; count++) {
    const engine = engines[Math.floor(random() ** 2 * engines.length)]
    if (engine === undefined) throw new Error('There are no engines')
    const { provider, connectionId } = engine
    const key = `${name}-${count}`
    const prompt = `picture ${key}`
    const n = 1 + Math.floor(random() * (provider === 'ollama' ? 3 : 2))
    const shape = provider === 'openai' ? {} : { size: provider === 'ollama' ? '64x64' : '256x256' }
    const request = { connectionId, prompt, n, ...shape }
    const generation = await persist(server, (address) => submit(address, { request, key }))
    if (generation === null) return
    accepted.push({ key, id: generation.id, provider, prompt, n })
    // What was accepted once is found again under its key, whatever happened since.
    const again = random() < 0.1 ? await persist(server, (address) => submit(address, { request, key })) : null
    if (again !== null && again.id !== generation.id) throw new Error(`${key} was accepted twice`)
    open.push(generation.id)
    while (open.length >= mostOpen && !server.over) {
      const oldest = await persist(server, (address) => getGeneration(address, open[0] ?? ''))
      if (oldest === null || terminalStates.includes(oldest.state)) open.shift()
      else await delay(50)
    }
    await delay(random() * 300)
  }
}

interface Killing {
  readonly kills: number
  readonly server: Server
  readonly options: EaselOptions
  readonly random: () => number
  readonly faults: string[]
  /** Called before every start. */
  readonly beforeStart: () => void
}

/** @returns the process that is left running */
async function killAndStart(
  first: EaselProcess,
  { kills, server, options, random, faults, beforeStart }: Killing,
): Promise<EaselProcess> {
  let easel = first
  for (let kill = 0; kill < kills; kill++) {
    await delay(random() ** 2 * 3000)
    server.address = null
    await easel.kill()
    faults.push(...easel.faults())
    beforeStart()
    if (random() < 0.15) {
      kill += 1
      faults.push(...(await killWhileStarting(options, random() * 800)))
    }
    easel = await startEasel(options)
    server.address = easel.address
  }
  return easel
}

/** Engines whose speed changes from start to start. */
async function startEngines(random: () => number) {
  const ollama = await startFakeOllama()
  const openai = await startFakeOpenAi()
  const picture = fakePicture(64, 64, 'the one picture of the engine that takes money')
  return {
    settings: { OLLAMA_HOST: ollama.baseUrl, OPENAI_API_KEY: 'sk-fake', OPENAI_BASE_URL: openai.apiUrl },
    change(): void {
      ollama.behave({ steps: 3, stepDelayMs: random() < 0.3 ? 150 : 5 })
      openai.behave({ picture, ignoresStream: true, delayMs: random() < 0.5 ? 400 : 5 })
    },
    charges(): ReadonlyMap<string, number> {
      const charges = new Map<string, number>()
      for (const request of openai.requests) {
        if (request.path !== '/v1/images/generations') continue
        const prompt = String(Object(request.json()).prompt)
        charges.set(prompt, (charges.get(prompt) ?? 0) + 1)
      }
      return charges
    },
    async close(): Promise<void> {
      await ollama.close()
      await openai.close()
    },
  }
}

/**
 * Kills a server `kills` times at moments that `seed` decides, while clients go on asking, and lets it come to rest.
 * @returns what was promised and what is there
 */
export async function runKills({ kills, seed }: { kills: number; seed: number }): Promise<KillReport> {
  const random = seededRandom(seed)
  const data = await mkdtemp(join(tmpdir(), 'easel-kill-'))
  const engines = await startEngines(random)
  const server: Server = { address: null, over: false }
  const options: EaselOptions = { data, settings: { ...engines.settings, EASEL_MIN_FREE_MB: '0' } }
  const faults: string[] = []
  const accepted: Accepted[] = []
  let easel: EaselProcess | null = null
  try {
    engines.change()
    easel = await startEasel(options)
    const { address } = easel
    if (address === null) throw new Error('Easel has no address')
    const connections = (await listConnections(address))
      .map(({ id, provider }) => ({ provider, connectionId: id }))
      .toSorted((a, b) => engineOrder.indexOf(a.provider) - engineOrder.indexOf(b.provider))
    server.address = address
    const asking = Promise.all(
      Array.from({ length: clients }, (_, index) =>
        beClient({
          server,
          random: seededRandom(seed + 1 + index),
          name: `client-${index}`,
          engines: connections,
          accepted,
        }),
      ),
    )
    easel = await killAndStart(easel, { kills, server, options, random, faults, beforeStart: engines.change })
    server.over = true
    await asking
    const last = easel.address ?? ''
    await until(
      drainMs,
      () => countActive(last),
      (active) => active === 0,
    )
    await until(
      drainMs,
      () => countWithoutThumbnail(last),
      (count) => count === 0,
    )
    const { code } = await easel.stop()
    faults.push(...easel.faults())
    return { kills, accepted, charges: engines.charges(), faults, exitCode: code, ...(await inspect(data)) }
  } finally {
    server.over = true
    server.address = null
    await easel?.kill()
    await engines.close()
    await rm(data, { recursive: true, force: true })
  }
}
