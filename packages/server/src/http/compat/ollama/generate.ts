// /api/generate: a picture, told line by line. Rules OL10 … in docs/spec/ollama.md.
import type { Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { stopping } from '../../stopping.ts'
import { checkPictures } from '../ended.ts'
import { findModel } from '../find-model.ts'
import type { News } from '../follow.ts'
import { line, linesType } from '../lines.ts'
import { pictureText } from '../picture-text.ts'
import { checkTakes, keepEncoded } from '../sources.ts'
import { tell } from '../telling.ts'
import { readAsked, toRequest, type Asked } from './asked.ts'
import { refusalOf } from './errors.ts'

/** Two pictures of the largest usual size, in base64. */
const bodyLimit = 48 * 1024 * 1024

const head = ({ model }: Asked) => ({ model, created_at: new Date().toISOString(), response: '' })

interface Told {
  readonly asked: Asked
  readonly userId: string
  /** When the request came, as `performance.now()` has it. */
  readonly begun: number
}

/** The last line: the picture. */
async function* lastLine(ports: AppPorts, { asked, userId, begun }: Told, generation: Generation) {
  checkPictures(generation, false)
  const [image] = generation.images
  yield `${JSON.stringify(head(asked)).slice(0, -1)},"image":"`
  yield* pictureText(ports, { userId, imageId: image?.id ?? '', as: 'png' })
  const duration = Math.round((performance.now() - begun) * 1e6)
  yield `","done":true,"done_reason":"stop","total_duration":${duration},"load_duration":0}\n`
}

async function* linesOf(ports: AppPorts, told: Told, news: AsyncIterable<News>): AsyncGenerator<string> {
  const { asked } = told
  try {
    for await (const sign of news) {
      if (sign.kind === 'ended') {
        yield* lastLine(ports, told, sign.generation)
        continue
      }
      const { completed, total } = sign
      if (asked.stream) yield line({ ...head(asked), done: false, completed, total })
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    // The status line is gone.
    yield line({ error: refusal.words })
  }
}

async function submit(ports: AppPorts, userId: string, { asked, words }: { asked: Asked; words: string }) {
  const engine = await findModel(ports.connections, userId, asked.model)
  const texts = asked.images ?? []
  checkTakes(engine, { sources: texts.length, mask: false })
  const sources = await keepEncoded(ports.addImages, userId, { field: 'images', texts })
  const wanted = { ...toRequest(asked, words, engine), sources: sources.map(({ id }) => id) }
  return await ports.generations.submit(userId, wanted, { origin: 'ollama' })
}

export function registerGenerate(scope: FastifyInstance, ports: AppPorts): void {
  const stop = stopping(scope)
  const making = { ...access('generate', { basic: true, limit: 'generate' }), schema: { hide: true }, bodyLimit }

  scope.post('/ollama/api/generate', making, async (request, reply) => {
    const begun = performance.now()
    const { userId } = callerOf(request)
    const asked = readAsked(request.body)
    if (asked.prompt === undefined) {
      await findModel(ports.connections, userId, asked.model)
      return { ...head(asked), done: true, done_reason: 'load' }
    }
    const { id } = await submit(ports, userId, { asked, words: asked.prompt })
    const text = (news: AsyncIterable<News>) => linesOf(ports, { asked, userId, begun }, news)
    return await tell(reply, ports, { userId, id, begun, stop, type: linesType, text })
  })
}
