import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Resolved } from '#connections/choice.ts'

/**
 * A model by the name that the lists of the older and the foreign interfaces give it: bare, or `connection/model`. Ollama's names may
 * leave out the tag that says "latest".
 * @throws what `findModel` of connections throws
 */
export async function findModel(
  connections: Pick<Connections, 'findModel'>,
  userId: string,
  name: string,
): Promise<Resolved> {
  try {
    return await connections.findModel(userId, name)
  } catch (error) {
    const mayBeShort = error instanceof EaselError && error.code === 'unknown-model' && !/:[^/]*$/.test(name)
    if (!mayBeShort) throw error
    return await connections.findModel(userId, `${name}:latest`).catch((second: unknown) => {
      throw second instanceof EaselError ? error : second
    })
  }
}
