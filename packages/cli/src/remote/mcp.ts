// `easel mcp`: the tools of a server, for programs that speak the Model Context Protocol over standard input and output.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { isJSONRPCRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
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
  let open = 0
  let left = false

  const toProgram = (message: JSONRPCMessage): void => {
    if (!('method' in message)) open -= 1
    stdio.send(message).catch((error: unknown) => console.error(plain(wordsOf(error))))
    if (left && open <= 0) end()
  }
  http.onmessage = toProgram
  stdio.onmessage = (message) => {
    if (isJSONRPCRequest(message)) open += 1
    if ('result' in message && typeof message.result.protocolVersion === 'string')
      http.setProtocolVersion(message.result.protocolVersion)
    http.send(message).catch((error: unknown) => {
      const why = plain(wordsOf(error))
      console.error(why)
      // Whoever asked would wait for ever.
      if (isJSONRPCRequest(message))
        toProgram({ jsonrpc: '2.0', id: message.id, error: { code: internalError, message: why } })
    })
  }
  process.stdin.once('end', () => {
    left = true
    if (open <= 0) end()
  })
  await http.start()
  await stdio.start()
  await ended
  await http.close()
  await stdio.close()
  return exit.done
}
