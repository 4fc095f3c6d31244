// Contract A: the history server, a local Ollama front end. Rules in docs/spec/history.md (HS1 …).
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { openToAllOrigins } from '../../plugins/open-cors.ts'
import { takeEveryBodyForJson } from '../every-body-json.ts'
import { wordErrors } from './errors.ts'
import { registerGenerate } from './generate.ts'
import { infoOf, warningOf } from './log-messages.ts'
import { registerPictures } from './pictures.ts'

const readable = access('read', { compat: true })

function registerLog(scope: FastifyInstance, { generations }: AppPorts): void {
  async function lastOf(request: FastifyRequest) {
    const { userId } = callerOf(request)
    const { data } = await generations.list(userId, { limit: 1 })
    if (data[0] === undefined) throw new EaselError('not-found', 'Nothing has been generated yet.')
    return data[0]
  }
  scope.get('/ollamalog/info', { ...readable, schema: { hide: true } }, async (request) => ({
    message: infoOf(await lastOf(request), Date.now()),
  }))
  scope.get('/ollamalog/warn', { ...readable, schema: { hide: true } }, async (request) => {
    const message = warningOf(await lastOf(request))
    if (message === null) throw new EaselError('not-found', 'The last generation gave no warning.')
    return { message }
  })
}

export async function registerHistory(app: FastifyInstance, ports: AppPorts): Promise<void> {
  const { connections } = ports
  await app.register(async (scope) => {
    wordErrors(scope)
    takeEveryBodyForJson(scope)
    scope.get('/models', { ...readable, schema: { hide: true } }, async (request) => {
      const { userId } = callerOf(request)
      return await connections.allModelNames(userId)
    })
    registerGenerate(scope, ports)
    registerPictures(scope, ports)
    registerLog(scope, ports)
    openToAllOrigins(scope, ['/models', '/generate', '/history', '/ollamalog'])
  })
}
