// The API of AUTOMATIC1111's web UI over every connection. Rules in docs/spec/sdapi.md (SD1 …).
import type { FastifyInstance } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { everyHeader, openToAllOrigins } from '../../plugins/open-cors.ts'
import { takeEveryBodyForJson } from '../every-body-json.ts'
import { wordErrors } from './errors.ts'
import { registerExtras } from './extras.ts'
import { registerInternalProgress } from './internal-progress.ts'
import { registerLists } from './lists.ts'
import { registerMaking } from './make.ts'
import { registerProgress } from './progress.ts'

export async function registerSdApi(app: FastifyInstance, ports: AppPorts): Promise<void> {
  await app.register(async (scope) => {
    wordErrors(scope)
    takeEveryBodyForJson(scope)
    registerMaking(scope, ports)
    registerProgress(scope, ports)
    registerInternalProgress(scope, ports)
    registerExtras(scope)
    registerLists(scope, ports)
    openToAllOrigins(scope, ['/sdapi', '/internal'], everyHeader)
  })
}
