import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'
import { refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { showAnswer, tagsAnswer, versionAnswer } from './wire.ts'

const engine = 'Ollama'
const shortCall = { headersTimeoutMs: 15_000, bodyTimeoutMs: 15_000, maxBytes: 8_000_000 }
const showsAtOnce = 4

export interface ServersModel {
  readonly name: string
  readonly capabilities: readonly string[]
}

export async function serversVersion(context: CallContext): Promise<string> {
  return parseAnswer(versionAnswer, await ask(context, { path: '/api/version' }), engine).version
}

/** The models that have this capability, in the server's order. */
export async function modelsThat(
  context: CallContext,
  capability: 'image' | 'completion',
): Promise<readonly ServersModel[]> {
  const { models } = parseAnswer(tagsAnswer, await ask(context, { path: '/api/tags' }), engine)
  const known: ServersModel[] = []
  for (let at = 0; at < models.length; at += showsAtOnce) {
    const some = models.slice(at, at + showsAtOnce)
    known.push(...(await Promise.all(some.map((model) => withCapabilities(context, model)))))
  }
  return known.filter(({ capabilities }) => capabilities.includes(capability))
}

type Listed = { readonly name: string; readonly capabilities?: readonly string[] | null | undefined }

async function withCapabilities(context: CallContext, { name, capabilities }: Listed): Promise<ServersModel> {
  if (capabilities) return { name, capabilities }
  try {
    const shown = await ask(context, { path: '/api/show', json: { model: name } })
    return { name, capabilities: parseAnswer(showAnswer, shown, engine).capabilities ?? [] }
  } catch (error) {
    // It was removed since the list was made.
    if (error instanceof ProviderError && error.kind === 'not-found') return { name, capabilities: [] }
    throw error
  }
}

async function ask(context: CallContext, call: { path: string; json?: { model: string } }): Promise<unknown> {
  const { path, json } = call
  const method = json ? 'POST' : 'GET'
  const response = await context.http.request(path, { method, headers: headersFor(context), json, ...shortCall })
  if (response.status !== 200) throw await refusal(response, [context.key], json?.model ?? 'x/z-image-turbo')
  return response.json()
}
