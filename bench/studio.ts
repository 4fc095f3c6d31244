// Easel with the fake engine, each in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectionOf } from '../test/faults/easel-client.ts'
import { startEasel, type EaselProcess } from '../test/faults/easel-process.ts'

export interface Studio {
  readonly address: string
  readonly connectionId: string
  readonly easel: EaselProcess
  readonly engineUrl: string
}

interface StudioOptions {
  /** Calls to the engine at a time. */
  readonly concurrency: number
  readonly nodeOptions?: readonly string[]
}

async function startEngine() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'engine.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(url), stop: () => child.kill() }
}

/** Starts both, lets `work` use them and takes everything away again. */
export async function withStudio<T>(options: StudioOptions, work: (studio: Studio) => Promise<T>): Promise<T> {
  const { concurrency, nodeOptions = [] } = options
  const data = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  const engine = await startEngine()
  try {
    const settings = {
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: engine.url,
      EASEL_WORKERS: String(concurrency),
      EASEL_LOG: 'warn',
    }
    const easel = await startEasel({ data, settings, nodeOptions })
    try {
      const address = easel.address ?? ''
      const connectionId = await connectionOf(address, 'openai')
      const body = JSON.stringify({ concurrency })
      const headers = { 'content-type': 'application/json' }
      await fetch(`${address}/api/connections/${connectionId}`, { method: 'PATCH', headers, body })
      return await work({ address, connectionId, easel, engineUrl: engine.url })
    } finally {
      await easel.stop()
      for (const fault of easel.faults()) console.log(fault)
    }
  } finally {
    engine.stop()
    await rm(data, { recursive: true, force: true })
  }
}
