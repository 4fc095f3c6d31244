import { setTimeout as sleep } from 'node:timers/promises'
import { Problem, routes, type ImageFacts, type LibraryRecords, type RecordOutcomes } from '@easel/contract'
import { Stopped } from '../stopped.ts'

export interface ServerOptions {
  /** Its address. */
  readonly server: string
  readonly key: string | undefined
  /** How long to wait before the first new try, in ms; each further one waits twice as long. */
  readonly firstWaitMs?: number
}

export type Sent =
  | { readonly outcome: 'taken' | 'there'; readonly id: string; readonly note: string | null }
  | { readonly outcome: 'refused'; readonly why: string }

export interface EaselServer {
  /** Gives records back. @returns a sentence when they are refused as a whole @throws Stopped */
  takeBack(records: Partial<LibraryRecords>): Promise<RecordOutcomes | string>
  /** @throws Stopped */
  send(file: { readonly name: string; readonly bytes: Uint8Array }, facts: ImageFacts): Promise<Sent>
}

const tries = 6
/** What one file can be refused for, the next one being welcome all the same. */
const aboutTheFile = new Set([400, 413, 415])

/** @throws Stopped for what is no address */
function addressOf(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Stopped(`${server} is no address of a server.`)
  return url
}

async function whyNot(answer: Response): Promise<string> {
  const text = await answer.text()
  try {
    return Problem.parse(JSON.parse(text)).detail
  } catch {
    // Not Easel: a proxy in front of it, or another program at this address.
    return `The server answered ${answer.status}.`
  }
}

/** Seconds of Retry-After, in ms. */
function waitOf(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after') ?? '1')
  return 1000 * Math.min(Number.isFinite(seconds) ? Math.max(seconds, 1) : 1, 3600)
}

interface Asked {
  readonly method: string
  readonly body?: string | FormData
  readonly headers?: Readonly<Record<string, string>>
}

/** The HTTP API of an Easel. Waits where it is told to, and tries again what did not reach it. */
export function openServer({ server, key, firstWaitMs = 500 }: ServerOptions): EaselServer {
  const base = addressOf(server)
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` }

  async function once(path: string, init: Asked): Promise<Response | null> {
    try {
      return await fetch(new URL(path, base), {
        ...init,
        headers: { ...authorization, ...init.headers },
        redirect: 'error',
      })
    } catch {
      // Not reached, or it went away in between; either way the same may be sent again.
      return null
    }
  }

  /** @param init made anew for each try */
  async function ask(path: string, init: () => Asked): Promise<Response> {
    for (let failed = 0; ;) {
      const answer = await once(path, init())
      if (answer?.status === 429) {
        await answer.body?.cancel()
        await sleep(waitOf(answer))
        continue
      }
      if (answer !== null && (answer.status < 500 || answer.status === 507)) return answer
      failed += 1
      if (failed >= tries) {
        const why = answer === null ? `${base.origin} does not answer.` : await whyNot(answer)
        throw new Stopped(`${why} Run the same command again later: it goes on where it stopped.`)
      }
      await answer?.body?.cancel()
      await sleep(firstWaitMs * 2 ** (failed - 1))
    }
  }

  async function stop(answer: Response): Promise<never> {
    const why = await whyNot(answer)
    if (answer.status === 401)
      throw new Stopped(`${why} Give an API key with the scope "write": --key, or EASEL_API_KEY.`)
    throw new Stopped(`${why} Run the same command again when that is settled: it goes on where it stopped.`)
  }

  return {
    async takeBack(records) {
      const { path, method, response } = routes.takeBackRecords
      const body = JSON.stringify(records)
      const answer = await ask(path, () => ({ method, body, headers: { 'content-type': 'application/json' } }))
      if (answer.ok) return response.parse(await answer.json())
      return aboutTheFile.has(answer.status) ? await whyNot(answer) : await stop(answer)
    },
    async send({ name, bytes }, facts) {
      const { path, method, response } = routes.addImage
      const form = () => {
        const body = new FormData()
        body.set('record', JSON.stringify(facts))
        body.set('file', new Blob([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]), name.split('/').at(-1))
        return { method, body }
      }
      const answer = await ask(path, form)
      if (answer.ok) {
        const { data, note = null } = response.parse(await answer.json())
        return { outcome: answer.status === 201 ? 'taken' : 'there', id: data.id, note }
      }
      if (!aboutTheFile.has(answer.status)) return await stop(answer)
      return { outcome: 'refused', why: await whyNot(answer) }
    },
  }
}
