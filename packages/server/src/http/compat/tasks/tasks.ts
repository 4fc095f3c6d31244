// Contract D: a prompt in, a task id out. Rules in docs/spec/old-clients.md (CD1 …).
import type { FastifyInstance } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { openToAllOrigins } from '../../plugins/open-cors.ts'
import { registerDeleteImages } from './delete-images.ts'
import { wordErrors } from './errors.ts'
import { registerStatus } from './status.ts'
import { registerSubmit } from './submit.ts'

export async function registerTasks(app: FastifyInstance, ports: AppPorts): Promise<void> {
  await app.register(async (scope) => {
    wordErrors(scope)
    registerSubmit(scope, ports)
    registerStatus(scope, ports)
    registerDeleteImages(scope, ports)
    openToAllOrigins(scope, ['/generate-image', '/task-status', '/delete-images'])
  })
}
