// The Model Context Protocol (streamable HTTP), for assistants that draw and look things up. Rules in docs/spec/mcp.md (MC1 …).
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type CallToolRequest,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '#auth/auth.ts'
import { EaselError, messageOf } from '#base/errors.ts'
import { clientOf } from '../client.ts'
import { clientGone } from '../client-gone.ts'
import { access, callerOf } from '../plugins/access.ts'
import { toProblem, unexpected } from '../plugins/errors.ts'
import { stopping } from '../stopping.ts'
import { createCalls, knownClient } from './taken-back.ts'
import { libraryTools, type LibraryToolPorts } from './library-tools.ts'
import { makingTools, type MakingPorts } from './making-tools.ts'
import type { Tool, Use } from './tool.ts'

interface Ports extends LibraryToolPorts, MakingPorts {
  readonly auth: Pick<Auth, 'onChange'>
  readonly publicUrl: string | null
  readonly version: string
}

const instructions =
  'Easel makes pictures with the engines that its owner has set up and keeps them in a library. Pictures and generations are named by their ids. A generation goes on when nobody waits for it.'

/** So that a proxy does not take a stream in which nothing happens for a dead one. */
const keepAliveMs = 15_000

/** Answers of clients are never checked against a schema: this server asks them nothing. */
const noValidator = {
  getValidator: () => () => ({ valid: false as const, data: undefined, errorMessage: 'Nothing was asked.' }),
}

const refused = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })

/** What went wrong, in words for the model and the person behind it. */
const faultWords = (request: FastifyRequest, error: unknown): string =>
  (toProblem(error) ?? unexpected(request, error)).detail

/** Requests under way. One whose caller may not be here any more is ended. */
function createOpenRequests(app: FastifyInstance, auth: Ports['auth']) {
  const open = new Map<AbortController, FastifyRequest>()
  async function endUnlessAllowed(request: FastifyRequest, end: AbortController): Promise<void> {
    try {
      if (!(await app.isStillAllowed(request))) end.abort()
    } catch (error) {
      request.log.warn({ reason: messageOf(error) }, 'a tool is ended, since nobody can tell whose it is')
      end.abort()
    }
  }
  const stop = auth.onChange((userId) => {
    for (const [end, request] of open) {
      if (userId === null || userId === callerOf(request).userId) void endUnlessAllowed(request, end)
    }
  })
  app.addHook('preClose', async () => stop())
  /** Aborted when the caller may not be here any more. */
  return function watch(request: FastifyRequest, reply: FastifyReply): AbortSignal {
    const end = new AbortController()
    open.set(end, request)
    reply.raw.on('close', () => open.delete(end))
    return end.signal
  }
}

/** A server of the protocol for one HTTP request: nothing is kept between two of them. */
function createProtocol(version: string): Server {
  return new Server(
    { name: 'easel', title: 'Easel', version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noValidator },
  )
}

interface Serving {
  readonly client: ReturnType<typeof knownClient>
  /** Aborted when nobody hears the answer. */
  readonly ended: AbortSignal
}

export function registerMcp(app: FastifyInstance, ports: Ports): void {
  const tools: ReadonlyMap<string, Tool> = new Map(
    [...makingTools(ports), ...libraryTools(ports)].map((tool) => [tool.listed.name, tool]),
  )
  const listed = [...tools.values()].map((tool) => tool.listed)
  const stop = stopping(app)
  const watch = createOpenRequests(app, ports.auth)
  const calls = createCalls(ports.generations)

  async function run({ name, arguments: args }: CallToolRequest['params'], use: Use): Promise<CallToolResult> {
    const tool = tools.get(name)
    if (tool === undefined) throw new EaselError('not-found', `There is no tool "${name}".`)
    if (!use.caller.scopes.has(tool.scope))
      throw new EaselError('forbidden', `This API key does not have the scope "${tool.scope}".`)
    return await tool.call(args, use)
  }

  function serveTools(server: Server, request: FastifyRequest, { client, ended }: Serving): void {
    const { caller } = client
    const { origin } = clientOf(request, ports.publicUrl)
    server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: listed }))
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const progressToken = params._meta?.progressToken
      let last = -1
      const scope = tools.get(params.name)?.scope ?? 'read'
      const call = calls.begin(client, { id: extra.requestId, scope })
      const use: Use = {
        caller,
        origin,
        signal: AbortSignal.any([extra.signal, ended, call.takenBack]),
        call,
        count: (limit) => app.countUse(request, limit),
        tell({ completed, total, words: message }) {
          // It has to grow from one to the next.
          if (progressToken === undefined || completed <= last) return
          last = completed
          const sign = { progressToken, progress: completed, message, ...(total === undefined ? {} : { total }) }
          extra.sendNotification({ method: 'notifications/progress', params: sign }).catch((error: unknown) => {
            request.log.info({ reason: messageOf(error) }, 'a client left before it heard how far its picture is')
          })
        },
      }
      try {
        return await run(params, use)
      } catch (error) {
        return refused(faultWords(request, error))
      } finally {
        call.end()
        // Nobody is told how a call ended that was taken back.
        if (call.takenBack.aborted) await server.close()
      }
    })
  }

  app.post('/mcp', { ...access('read'), schema: { hide: true } }, async (request, reply) => {
    const kept = watch(request, reply)
    const server = createProtocol(ports.version)
    const transport = new WebStandardStreamableHTTPServerTransport({ keepAliveMs })
    const close = () => {
      server.close().catch((error: unknown) => request.log.warn({ err: error }, 'a tool was not ended'))
    }
    reply.raw.on('close', close)
    // An answer that began before the server stopped has promised to keep its connection, which the server would wait for.
    reply.raw.on('finish', () => {
      if (stop.aborted) request.raw.socket.end()
    })
    // Whoever is kept out hears nothing more, not even an answer.
    kept.addEventListener('abort', () => reply.raw.destroy())
    const client = knownClient(callerOf(request), request, reply)
    await calls.hear(client, request.body)
    serveTools(server, request, { client, ended: AbortSignal.any([clientGone(reply), stop]) })
    await server.connect(transport)
    const headers = new Headers()
    for (const name of ['accept', 'content-type', 'mcp-protocol-version']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const asked = new Request(new URL('/mcp', 'http://localhost'), { method: 'POST', headers })
    const answer = await transport.handleRequest(asked, { parsedBody: request.body ?? null })
    return await reply.send(answer)
  })
}
