// What a tool of the Model Context Protocol is here. Rules in docs/spec/mcp.md (MC1 …).
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js'
import type { Scope } from '@easel/contract'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Caller } from '#auth/caller.ts'
import type { Call } from './taken-back.ts'

/** A call of a tool: whose it is, and how it is told on the way. */
export interface Use {
  readonly caller: Caller
  /** Of this server, as the caller reaches it. */
  readonly origin: string
  /** Aborted when nobody waits for the answer any more, or the server stops. */
  readonly signal: AbortSignal
  readonly call: Pick<Call, 'began' | 'isUnwanted'>
  /** Says how far it is, where the caller wants to hear it. */
  tell(sign: { readonly completed: number; readonly total?: number; readonly words: string }): void
  /** Counts one use of what is limited by the minute. @throws EaselError `too-many-requests` */
  count(limit: 'generate' | 'share'): Promise<void>
}

export interface Tool {
  readonly listed: ListedTool
  /** What an API key needs to call it. */
  readonly scope: Scope
  /** @throws EaselError, in words for people */
  call(args: unknown, use: Use): Promise<CallToolResult>
}

interface Definition<S extends z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly scope: Scope
  readonly input: S
  run(args: z.output<S>, use: Use): Promise<CallToolResult>
}

const InputSchema = z.looseObject({ type: z.literal('object') })

function parse<S extends z.ZodObject>(input: S, args: unknown): z.output<S> {
  const parsed = input.safeParse(args ?? {})
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const words = fields.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  throw new EaselError('validation-failed', words.join('; '), { fields })
}

/** A tool from its definition. What a client is told of its arguments is what they are checked against. */
export function defineTool<S extends z.ZodObject>({ name, scope, input, run, ...more }: Definition<S>): Tool {
  const { title, description } = more
  return {
    scope,
    listed: {
      name,
      title,
      description,
      inputSchema: InputSchema.parse(z.toJSONSchema(input, { io: 'input' })),
      annotations: { readOnlyHint: scope === 'read', destructiveHint: false, openWorldHint: scope === 'generate' },
    },
    call: async (args, use) => await run(parse(input, args), use),
  }
}

/** An answer for people and models, with the same as data for programs. */
export const said = (text: string, data: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  structuredContent: data,
})
