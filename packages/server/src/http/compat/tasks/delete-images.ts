// DELETE /delete-images: pictures by the names of their links.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'

const most = 5000
const Body = z.object({ image_ids: z.array(z.string()).max(most) })

/** The names that a spelling can stand for, the nearest first. */
function namesFor(spelling: string): readonly string[] {
  const bare = spelling.replace(/^original_/, '')
  const forms = (name: string) => [name, `${name}.png`, name.replace(/\.[A-Za-z0-9]{1,5}$/, '')]
  return [...new Set([...forms(spelling), ...forms(bare)])].filter((name) => name !== '')
}

export function registerDeleteImages(scope: FastifyInstance, { images, sharing }: AppPorts): void {
  /** Ids of pictures, each once. @throws EaselError `not-found` when one spelling leads nowhere */
  async function find(userId: string, spellings: readonly string[]): Promise<readonly string[]> {
    const wanted = [...new Set(spellings)].map(namesFor)
    const named = await sharing.unlisted.imagesNamed(userId, [...new Set(wanted.flat())])
    const idOf = new Map(named.map(({ name, imageId }) => [name, imageId]))
    const ids = wanted.map((names) => names.map((name) => idOf.get(name)).find((id) => id !== undefined))
    const known = ids.filter((id) => id !== undefined)
    if (known.length < ids.length)
      throw new EaselError('not-found', 'One of these pictures is not there. None was deleted.')
    return [...new Set(known)]
  }

  const open = { ...access('write', { compat: true }), schema: { hide: true } }
  for (const path of ['/delete-images', '/delete-images/']) {
    scope.delete(path, open, async (request) => {
      const body = Body.safeParse(request.body)
      if (!body.success) {
        throw new EaselError('bad-request', `The body must be {"image_ids": […]}, with ${most} names at most`)
      }
      const { userId } = callerOf(request)
      await images.removeAll(userId, await find(userId, body.data.image_ids))
      return { success: true }
    })
  }
}
