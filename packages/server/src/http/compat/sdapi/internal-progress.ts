// How far one task is, as the web UI's own pages ask. Rule SD42 in docs/spec/sdapi.md.
import { crc32 } from 'node:zlib'
import { Id, type Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { TaskId } from './asked.ts'
import { etaOf, shareOf, wordsOf } from './progress.ts'

const Body = z.object({
  id_task: TaskId.nullish(),
  id_live_preview: z.number().nullish(),
  live_preview: z.boolean().nullish(),
})
type Body = z.output<typeof Body>

function readBody(body: unknown): Body {
  const parsed = Body.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: ['body', ...path].join('.'), message }))
  throw new EaselError('validation-failed', fields.map(({ field }) => field).join(', '), { fields })
}

const silent = { progress: null, eta: null, live_preview: null, id_live_preview: -1 }

const states = ({ state }: Generation) => ({
  active: state === 'running',
  queued: state === 'queued',
  completed: state !== 'running' && state !== 'queued',
})

export function registerInternalProgress(scope: FastifyInstance, { generations }: AppPorts): void {
  /** By the name that a program gave, or the one that `current_task` tells. */
  async function taskOf(userId: string, name: string): Promise<Generation | null> {
    const id = (await generations.idOfName(userId, name)) ?? (Id.safeParse(name).success ? name : null)
    if (id === null) return null
    try {
      return await generations.get(userId, id)
    } catch (error) {
      if (error instanceof EaselError && error.code === 'not-found') return null
      throw error
    }
  }

  async function previewOf(userId: string, { id }: Generation, { id_live_preview: seen, live_preview: wanted }: Body) {
    const preview = wanted === false ? null : await generations.preview(userId, id)
    // What a preview is known by: the same for the same picture, on whichever process.
    const known = preview === null ? -1 : crc32(preview.bytes)
    if (preview === null || known === seen) return { live_preview: null, id_live_preview: seen ?? -1 }
    const data = Buffer.from(preview.bytes).toString('base64')
    return { live_preview: `data:${preview.mimeType};base64,${data}`, id_live_preview: known }
  }

  const reading = { ...access('read', { basic: true }), schema: { hide: true } }
  scope.post('/internal/progress', reading, async (request) => {
    const { userId } = callerOf(request)
    const asked = readBody(request.body)
    const { id_task: name } = asked
    const task = name === null || name === undefined ? null : await taskOf(userId, name)
    if (task === null) return { active: false, queued: false, completed: false, ...silent, textinfo: 'Waiting...' }
    if (task.state !== 'running') return { ...states(task), ...silent, textinfo: wordsOf(task) ?? 'Waiting...' }
    const share = shareOf(task)
    return {
      ...states(task),
      progress: share,
      eta: share === 0 ? null : etaOf(task, share),
      ...(await previewOf(userId, task, asked)),
      textinfo: null,
    }
  })
}
