// `easel mcp`: the tools of a server, for programs that speak the Model Context Protocol over standard input and output.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import {
  CancelledNotificationSchema,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js'
import type { Easel } from '@easel/client'
import { exit, plain } from './exit.ts'

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** JSON-RPC's own number for what went wrong inside. */
const internalError = -32_603

/**
 * Passes messages between the program that started this one and `/mcp`, as they are: so there is one set of tools. Ends when that
 * program does.
 */
export async function passMessages(easel: Easel): Promise<number> {
  const stdio = new StdioServerTransport()
  // The client's fetch sends the key, and to this server alone.
  const http = new StreamableHTTPClientTransport(new URL('/mcp', easel.origin), { fetch: easel.fetch })
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const open = new Set<RequestId>()
  let left = false

  const close = (id: RequestId | undefined): void => {
    if (id !== undefined) open.delete(id)
    if (left && open.size === 0) end()
  }
  const toProgram = (message: JSONRPCMessage): void => {
    stdio.send(message).catch((error: unknown) => console.error(plain(wordsOf(error))))
    if (!('method' in message)) close(message.id)
  }
  /** What is taken back is not answered. */
  const toServer = async (message: JSONRPCMessage): Promise<void> => {
    await http.send(message)
    const taken = CancelledNotificationSchema.safeParse(message)
    if (taken.success) close(taken.data.params.requestId)
  }
  http.onmessage = toProgram
  stdio.onmessage = (message) => {
    if (isJSONRPCRequest(message)) open.add(message.id)
    if ('result' in message && typeof message.result.protocolVersion === 'string')
      http.setProtocolVersion(message.result.protocolVersion)
    toServer(message).catch((error: unknown) => {
      const why = plain(wordsOf(error))
      console.error(why)
      // Whoever asked would wait for ever.
      if (isJSONRPCRequest(message))
        toProgram({ jsonrpc: '2.0', id: message.id, error: { code: internalError, message: why } })
    })
  }
  process.stdin.once('end', () => {
    left = true
    if (open.size === 0) end()
  })
  await http.start()
  await stdio.start()
  await ended
  await http.close()
  await stdio.close()
  return exit.done
}
