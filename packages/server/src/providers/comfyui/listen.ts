// What ComfyUI tells over its WebSocket while a job runs: how far it is, and previews.
import { setTimeout as pause } from 'node:timers/promises'
import { ProviderError } from '../spec/provider-error.ts'
import type { RunContext } from '../spec/provider.ts'
import { headersFor } from './ask.ts'
import { previewMetadata, socketMessage, type Operation } from './wire.ts'

const openTimeoutMs = 5000
const endings: ReadonlySet<string> = new Set(['execution_success', 'execution_error', 'execution_interrupted'])

export interface Listener {
  /** `ended`: the server said that the job is over; `closed`: nothing more will come. */
  state(): 'listening' | 'ended' | 'closed'
  /** Waits until the state changes, but at most so many milliseconds. */
  change(mostMs: number): Promise<void>
  close(): void
}

/**
 * Listens to one job. Null when there is no WebSocket to be had (a proxy in between, an older or stranger server): the history tells
 * the rest.
 * @throws ProviderError when the call was stopped
 */
export async function listen(operation: Operation, context: RunContext): Promise<Listener | null> {
  let state: ReturnType<Listener['state']> = 'listening'
  const changed = new AbortController()
  const become = (next: typeof state) => {
    state = next
    changed.abort()
  }
  const hear = hearing(operation, context)
  const socket = await context.http
    .socket?.(`/ws?clientId=${encodeURIComponent(operation.clientId)}`, {
      headers: headersFor(context),
      openTimeoutMs,
      onMessage: (data) => hear(data) && become('ended'),
    })
    .catch((error: unknown) => {
      if (error instanceof ProviderError && !context.signal.aborted) return undefined
      throw error
    })
  if (!socket) return null
  void socket.closed.then(() => become('closed'))
  socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }))
  return {
    state: () => state,
    change: (mostMs) => pause(mostMs, undefined, { signal: changed.signal }).catch(() => undefined),
    close: socket.close,
  }
}

/** Takes messages, hands on what concerns the job, and says whether one of them ended it. */
function hearing({ promptId, steps }: Operation, context: RunContext) {
  let far = { completed: 0, total: steps }
  // Previews of the older kind do not say whose they are: whatever is being executed.
  let ours = true
  return (data: string | Uint8Array): boolean => {
    if (typeof data !== 'string') {
      const preview = readPreview(data)
      const mine = preview !== null && (preview.promptId === undefined ? ours : preview.promptId === promptId)
      if (mine) context.progress({ ...far, preview: preview.bytes })
      return false
    }
    const message = readMessage(data)
    if (!message || typeof message.data.prompt_id !== 'string') return false
    const { type, data: told } = message
    ours = told.prompt_id === promptId
    if (!ours) return false
    if (type === 'progress' && told.value !== undefined && told.max !== undefined && told.max > 0) {
      far = { completed: told.value, total: told.max }
      context.progress(far)
    }
    return endings.has(type) || (type === 'executing' && told.node === null)
  }
}

function readMessage(text: string) {
  try {
    const parsed = socketMessage.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    // Extensions send what they like; the history decides how a job ended.
    return null
  }
}

const previewImage = 1
const previewWithMetadata = 4

/** The picture in a binary message: big-endian, first its kind. Null for other kinds and for what is cut short. */
export function readPreview(data: Uint8Array): { readonly bytes: Uint8Array; readonly promptId?: string } | null {
  if (data.length <= 8) return null
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const [kind, second] = [view.getUint32(0), view.getUint32(4)]
  if (kind === previewImage) return { bytes: data.subarray(8) }
  if (kind !== previewWithMetadata || second >= data.length - 8) return null
  try {
    const about = previewMetadata.safeParse(JSON.parse(new TextDecoder().decode(data.subarray(8, 8 + second))))
    const { prompt_id: promptId } = about.success ? about.data : {}
    return { bytes: data.subarray(8 + second), ...(promptId !== undefined && { promptId }) }
  } catch {
    return null
  }
}
