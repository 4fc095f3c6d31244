// Whose text model writes for somebody.
import type { Connection, TextModel, WritingChoice } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { OpenConnection } from '#connections/engines.ts'
import type { WritingPorts } from './writing.ts'

/** What a request names; what it leaves open the person's choice says. */
export interface Wanted {
  readonly connectionId?: string | undefined
  readonly model?: string | undefined
}

/** A text model that is ready to be asked. The key is in `context`: keep it no longer than the call. */
export interface OpenWriter {
  readonly connection: Connection
  readonly model: string
  readonly writer: NonNullable<OpenConnection['provider']['writes']>
  readonly context: OpenConnection['context']
}

export interface Choices {
  /** Null: none was chosen, or its connection is there no longer. */
  get(userId: string): Promise<WritingChoice | null>
  /** @throws EaselError `validation-failed` when that connection cannot be used or has no text models */
  set(userId: string, choice: WritingChoice | null): Promise<WritingChoice | null>
  /** @throws EaselError `not-found`, `no-text-model`; ProviderError */
  models(userId: string, connectionId: string, signal: AbortSignal): Promise<readonly TextModel[]>
  /**
   * @param wanted `sees`: it has to look at a picture
   * @throws EaselError `not-found`, `no-text-model`; ProviderError
   */
  open(userId: string, wanted: Wanted & { readonly sees: boolean }, signal: AbortSignal): Promise<OpenWriter>
}

const none = (message: string) => new EaselError('no-text-model', message)

const nothingChosen = () => none('No text model is chosen. Choose one where the engines are.')

/** The writing part of a connection's engine. @throws EaselError `no-text-model` when it has none */
function writerOf({ connection, provider }: OpenConnection): OpenWriter['writer'] {
  if (provider.writes !== undefined) return provider.writes
  throw none(`"${connection.name}" has no text models that Easel can ask.`)
}

function refuse(field: string, message: string): never {
  throw new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field, message }] })
}

export function createChoices({
  db,
  connections,
  providers,
}: Pick<WritingPorts, 'db' | 'connections' | 'providers'>): Choices {
  async function usable(userId: string, id: string): Promise<Connection | undefined> {
    return (await connections.list(userId)).find((connection) => connection.id === id)
  }

  async function get(userId: string): Promise<WritingChoice | null> {
    const row = await db
      .selectFrom('writing_choices')
      .where('user_id', '=', userId)
      .select(['connection_id', 'model'])
      .executeTakeFirst()
    if (row === undefined || (await usable(userId, row.connection_id)) === undefined) return null
    return { connectionId: row.connection_id, model: row.model }
  }

  async function firstModel(
    writer: OpenWriter['writer'],
    { connection, context }: OpenConnection,
    sees: boolean,
  ): Promise<string> {
    const models = await writer.listTextModels(context)
    const fitting = sees
      ? (models.find((model) => model.sees === true) ?? models.find((model) => model.sees === null))
      : models[0]
    if (fitting !== undefined) return fitting.id
    throw none(`"${connection.name}" has no text model${sees ? ' that can look at pictures' : ''}.`)
  }

  return {
    get,

    async set(userId, choice) {
      if (choice === null) {
        await db.deleteFrom('writing_choices').where('user_id', '=', userId).execute()
        return null
      }
      const { connectionId, model } = choice
      const connection = await usable(userId, connectionId)
      if (connection === undefined) refuse('body.choice.connectionId', 'There is no connection with this id')
      if (providers.get(connection.provider)?.writes === undefined) {
        refuse('body.choice.connectionId', 'This engine has no text models that Easel can ask')
      }
      await db
        .insertInto('writing_choices')
        .values({ user_id: userId, connection_id: connectionId, model })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ connection_id: connectionId, model }))
        .execute()
      return { connectionId, model }
    },

    async models(userId, connectionId, signal) {
      const open = await connections.openContext(userId, connectionId, signal)
      return await writerOf(open).listTextModels(open.context)
    },

    async open(userId, { connectionId: wantedId, model: wantedModel, sees }, signal) {
      const chosen = await get(userId)
      const connectionId = wantedId ?? chosen?.connectionId
      if (connectionId === undefined) throw nothingChosen()
      const open = await connections.openContext(userId, connectionId, signal)
      const writer = writerOf(open)
      const named = wantedModel ?? (chosen?.connectionId === connectionId ? chosen.model : undefined)
      const model = named ?? (await firstModel(writer, open, sees))
      return { connection: open.connection, model, writer, context: open.context }
    },
  }
}
