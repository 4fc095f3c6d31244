// Calls that their client takes back. It says so in a request of its own, on whichever process. Rule MC12 in docs/spec/mcp.md.
import { randomUUID } from 'node:crypto'
import type { Scope } from '@easel/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Caller } from '#auth/caller.ts'
import type { Generations } from '#generation/generations.ts'

const header = 'mcp-session-id'
/** As the protocol has it: visible ASCII. */
const Session = z.string().regex(/^[!-~]{1,100}$/)
const RequestId = z.union([z.string().max(100), z.number()])
type RequestId = z.output<typeof RequestId>

const Cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: RequestId, reason: z.string().optional().catch(undefined) }),
})
const Greeting = z.object({ method: z.literal('initialize') })

/** Libraries take a call back, too, when they have waited long enough. Nobody wanted its pictures less for that. */
const ranOut = /\btime[ds]?[ -]?out\b/i

/** Who calls: a client of somebody's, as long as it runs. */
interface Client {
  readonly caller: Caller
  /** Null: it does not say which one it is, and takes nothing back. */
  readonly session: string | null
}

export interface Call {
  /** Aborted when the client does not want it any more. */
  readonly takenBack: AbortSignal
  /** Whether what the call began is to be stopped with it. */
  isUnwanted(): boolean
  /** Has a generation be found by whoever hears on another process that the call is taken back. */
  began(generationId: string): Promise<void>
  end(): void
}

interface Open {
  readonly scope: Scope
  takeBack(reason: string): void
}

export interface Calls {
  begin(client: Client, call: { readonly id: RequestId; readonly scope: Scope }): Call
  /** Takes back what these messages say; all others are left alone. */
  hear(client: Client, messages: unknown): Promise<void>
}

/** The client behind a request. One that greets is given a name for as long as it runs, which opens nothing and is kept nowhere. */
export function knownClient(caller: Caller, request: FastifyRequest, reply: FastifyReply): Client {
  const messages: readonly unknown[] = [request.body].flat()
  if (messages.some((message) => Greeting.safeParse(message).success)) reply.header(header, randomUUID())
  const session = Session.safeParse(request.headers[header])
  return { caller, session: session.success ? session.data : null }
}

export function createCalls(generations: Pick<Generations, 'giveName' | 'idOfName' | 'cancel'>): Calls {
  const open = new Map<string, Open>()
  const nameOf = (session: string, id: RequestId) => `mcp ${session} ${JSON.stringify(id)}`
  const keyOf = (userId: string, name: string) => `${userId} ${name}`

  async function takeBack({ caller, session }: Client, id: RequestId, reason: string): Promise<void> {
    if (session === null) return
    const { userId, scopes } = caller
    const name = nameOf(session, id)
    const here = open.get(keyOf(userId, name))
    if (here !== undefined) {
      if (scopes.has(here.scope)) here.takeBack(reason)
      return
    }
    if (!scopes.has('generate') || ranOut.test(reason)) return
    const generationId = await generations.idOfName(userId, name)
    if (generationId !== null) await generations.cancel(userId, generationId)
  }

  return {
    begin({ caller: { userId }, session }, { id, scope }) {
      const stop = new AbortController()
      let unwanted = false
      const own: Open = {
        scope,
        takeBack(reason) {
          unwanted = !ranOut.test(reason)
          stop.abort()
        },
      }
      const name = session === null ? null : nameOf(session, id)
      const key = name === null ? null : keyOf(userId, name)
      if (key !== null) open.set(key, own)
      return {
        takenBack: stop.signal,
        isUnwanted: () => unwanted,
        async began(generationId) {
          if (name !== null) await generations.giveName(userId, generationId, name)
        },
        end() {
          if (key !== null && open.get(key) === own) open.delete(key)
        },
      }
    },
    async hear(client, messages) {
      const heard: readonly unknown[] = [messages].flat()
      for (const message of heard) {
        const parsed = Cancelled.safeParse(message)
        if (!parsed.success) continue
        const { requestId, reason = '' } = parsed.data.params
        await takeBack(client, requestId, reason)
      }
    },
  }
}
