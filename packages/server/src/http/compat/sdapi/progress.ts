// How far the caller's own work is, and stopping it. Rules SD40 … in docs/spec/sdapi.md.
import type { Generation } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'

const Query = z.object({ skip_current_image: z.string().optional().catch(undefined) })

export const shareOf = ({ progress }: Generation): number =>
  progress === null || progress.total === 0 ? 0 : Math.min(progress.completed / progress.total, 1)

/** Seconds that are left, if it goes on as it went. */
export function etaOf({ startedAt }: Generation, share: number): number {
  if (startedAt === null || share <= 0) return 0
  const passed = Math.max(0, Date.now() - Date.parse(startedAt)) / 1000
  return Math.round((passed / share - passed) * 10) / 10
}

function stateOf(current: Generation | null) {
  return {
    // Pictures that were stopped are never handed out as finished ones, so nobody has to look out for that.
    skipped: false,
    interrupted: false,
    stopping_generation: false,
    job: current === null ? '' : `scripts_${(current.request.sources?.length ?? 0) > 0 ? 'img2img' : 'txt2img'}`,
    job_count: current === null ? 0 : (current.request.n ?? 1),
    job_timestamp: current?.createdAt ?? '0',
    job_no: 0,
    sampling_step: current?.progress?.completed ?? 0,
    sampling_steps: current?.progress?.total ?? current?.request.steps ?? 0,
  }
}

export const wordsOf = ({ state, place }: Generation): string | null =>
  state === 'queued' && place !== null ? `In queue: ${place}` : null

export function registerProgress(scope: FastifyInstance, { generations }: AppPorts): void {
  /** The one that has been at work the longest, else the one that waits the longest: of what came by this interface. */
  async function currentOf(userId: string): Promise<Generation | null> {
    const { data } = await generations.list(userId, { limit: 100, state: 'active', origin: 'sdapi' })
    return data.findLast(({ state }) => state === 'running') ?? data.at(-1) ?? null
  }

  const schema = { hide: true }
  scope.get('/sdapi/v1/progress', { ...access('read', { basic: true }), schema }, async (request) => {
    const { userId } = callerOf(request)
    const current = await currentOf(userId)
    const withPicture = Query.parse(request.query).skip_current_image !== 'true'
    const preview = current !== null && withPicture ? await generations.preview(userId, current.id) : null
    const share = current === null ? 0 : shareOf(current)
    return {
      progress: share,
      eta_relative: current === null ? 0 : etaOf(current, share),
      state: stateOf(current),
      current_image: preview === null ? null : Buffer.from(preview.bytes).toString('base64'),
      textinfo: current === null ? null : wordsOf(current),
      current_task: current?.id ?? null,
    }
  })

  // There is no leaving out one picture of several: what is skipped is the request.
  for (const path of ['interrupt', 'skip'] as const) {
    scope.post(
      `/sdapi/v1/${path}`,
      { ...access('generate', { basic: true, limit: 'generate' }), schema },
      async (request) => {
        const { userId } = callerOf(request)
        const current = await currentOf(userId)
        if (current !== null) await generations.cancel(userId, current.id)
        return {}
      },
    )
  }
}
