import { ProviderError } from '../spec/provider-error.ts'

export interface ServerSentEvent {
  /** `message` where the server names none. */
  readonly event: string
  readonly data: string
}

/**
 * The events of a `text/event-stream` body, read by the rules of the HTML standard (section "Interpreting an event stream"):
 * lines end in LF, CR or both; an event ends at an empty line; one that is not ended is dropped.
 * @param options `maxEventBytes` bounds one event, in UTF-16 units; `engine` is the name in messages
 * @throws ProviderError with kind `malformed-response` when an event is too long
 */
export async function* readSse(
  chunks: AsyncIterable<Uint8Array>,
  options: { maxEventBytes: number; engine: string },
): AsyncGenerator<ServerSentEvent> {
  const builder = eventBuilder()
  const lines = lineSplitter()
  const decoder = new TextDecoder()
  for await (const chunk of chunks) {
    for (const line of lines.push(decoder.decode(chunk, { stream: true }))) {
      const event = builder.take(line)
      if (event) yield event
    }
    if (lines.length() + builder.length() > options.maxEventBytes) {
      throw new ProviderError('malformed-response', `${options.engine} sent an event that is longer than can be read`)
    }
  }
}

/** Cuts text into lines however it is split; a CR at the end of a piece waits to see whether an LF follows. */
function lineSplitter() {
  let pieces: string[] = []
  let size = 0
  let afterCr = false
  return {
    length: () => size,
    *push(text: string): Generator<string> {
      const rest = afterCr && text.startsWith('\n') ? text.slice(1) : text
      if (text !== '') afterCr = text.endsWith('\r')
      let from = 0
      for (const match of rest.matchAll(/\r\n|\n|\r/g)) {
        const line = [...pieces, rest.slice(from, match.index)].join('')
        pieces = []
        size = 0
        from = match.index + match[0].length
        yield line
      }
      pieces.push(rest.slice(from))
      size += rest.length - from
    },
  }
}

function eventBuilder() {
  let name = ''
  let data: string[] = []
  let size = 0
  return {
    length: () => size,
    /** Takes one line; gives the event that it ends, if it does. */
    take(line: string): ServerSentEvent | null {
      if (line === '') {
        const event = data.length > 0 ? { event: name || 'message', data: data.join('\n') } : null
        name = ''
        data = []
        size = 0
        return event
      }
      const colon = line.indexOf(':')
      const field = colon === -1 ? line : line.slice(0, colon)
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') name = value
      if (field === 'data') {
        data.push(value)
        size += value.length
      }
      return null
    },
  }
}
