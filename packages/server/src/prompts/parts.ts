// Lists, templates and styles of every user. Rules PL20 … in docs/spec/prompts.md.
import { sql } from 'kysely'
import type { PromptPart, PromptPartChange, PromptPartCreate, PromptPartEntry, PromptPartKind } from '@easel/contract'
import { codeOf, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { nameKey } from '#base/name-key.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { placesIn } from './language/names.ts'
import { PromptFault } from './language/tree.ts'
import { linesOf, partFault, readPart, type KeptPart } from './read-part.ts'

export interface PromptParts {
  /** By name. */
  list(userId: string, kind?: PromptPartKind): Promise<PromptPartEntry[]>
  /** @throws EaselError `not-found` */
  get(userId: string, id: string): Promise<PromptPart>
  /** @throws EaselError `conflict` for a name that another one has; `validation-failed`; `quota-exceeded` for one too many */
  create(userId: string, part: PromptPartCreate): Promise<PromptPart>
  /** @throws EaselError as above, and `not-found` */
  update(userId: string, id: string, change: PromptPartChange): Promise<PromptPart>
  /** @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
}

const uniqueViolation = '23505'
const excerptLength = 200
/** As many as anybody finds again. */
const mostParts = 1000

const missing = () => new EaselError('not-found', 'There is no such list, template or style.')

interface NegativePrompt {
  readonly negativePrompt: string | null
}

function check(part: KeptPart & NegativePrompt): void {
  const fault = partFault(part)
  if (fault === null) return
  const field = `body.${fault.field}`
  throw new EaselError('validation-failed', `${field}: ${fault.message}`, {
    fields: [{ field, message: fault.message }],
  })
}

/** The places that somebody has to fill in; of what cannot be read, none. */
function placesOf(part: KeptPart): string[] {
  if (part.kind !== 'template') return []
  try {
    const read = readPart(part)
    return read.kind === 'template'
      ? placesIn(read.tree).flatMap(({ name, usual }) => (usual === null ? [name] : []))
      : []
  } catch (error) {
    if (error instanceof PromptFault) return []
    throw error
  }
}

interface Ports {
  readonly db: Db
  readonly events: Events
}

const mine = ({ db }: Ports, userId: string) => db.selectFrom('prompt_parts').where('user_id', '=', userId)

async function change({ db, events }: Ports, userId: string, work: (trx: Trx) => Promise<unknown>): Promise<void> {
  try {
    await inTransaction(db, async (trx) => {
      await work(trx)
      await events.append(trx, userId, [{ type: 'library.changed', what: 'prompts' }])
    })
  } catch (error) {
    if (codeOf(error) !== uniqueViolation) throw error
    throw new EaselError('conflict', 'Another list, template or style of yours has this name.', { cause: error })
  }
}

async function read(ports: Ports, userId: string, id: string): Promise<PromptPart> {
  const row = await mine(ports, userId).where('id', '=', id).selectAll().executeTakeFirst()
  if (row === undefined) throw missing()
  const { kind, name, text, lines, negative_prompt: negativePrompt, changed_at: changedAt } = row
  return {
    id,
    kind,
    name,
    excerpt: text.slice(0, excerptLength).toWellFormed(),
    lines,
    places: placesOf(row),
    changedAt: changedAt.toISOString(),
    text,
    negativePrompt,
  }
}

async function list(ports: Ports, userId: string, kind?: PromptPartKind): Promise<PromptPartEntry[]> {
  const rows = await mine(ports, userId)
    .$if(kind !== undefined, (open) => open.where('kind', '=', kind ?? 'list'))
    .select(['id', 'kind', 'name', 'lines', 'changed_at'])
    // Lists may be long, and nothing but their beginning is shown.
    .select(sql<string>`case when kind = 'list' then left(text, ${sql.lit(excerptLength)}) else text end`.as('text'))
    .orderBy('name_key')
    .orderBy('id')
    .execute()
  return rows.map(({ changed_at: changedAt, text, ...row }) => ({
    ...row,
    excerpt: text.slice(0, excerptLength).toWellFormed(),
    places: placesOf({ ...row, text }),
    changedAt: changedAt.toISOString(),
  }))
}

async function insert(trx: Trx, userId: string, { id, ...part }: KeptPart & NegativePrompt & { readonly id: string }) {
  const { count } = await trx
    .selectFrom('prompt_parts')
    .where('user_id', '=', userId)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count >= mostParts) {
    throw new EaselError('quota-exceeded', `There are ${mostParts} lists, templates and styles already.`)
  }
  const { kind, name, text, negativePrompt } = part
  const words = { name, name_key: nameKey(name), text, negative_prompt: negativePrompt, lines: linesOf(part) }
  await trx
    .insertInto('prompt_parts')
    .values({ id, user_id: userId, kind, ...words })
    .execute()
}

export function createPromptParts(ports: Ports): PromptParts {
  return {
    get: (userId, id) => read(ports, userId, id),
    list: (userId, kind) => list(ports, userId, kind),
    async create(userId, { kind, name, text, negativePrompt = null }) {
      const part = { id: newId(), kind, name, text, negativePrompt }
      check(part)
      await change(ports, userId, (trx) => insert(trx, userId, part))
      return await read(ports, userId, part.id)
    },
    async update(userId, id, { name, text, negativePrompt }) {
      const before = await read(ports, userId, id)
      const part = {
        kind: before.kind,
        name: name ?? before.name,
        text: text ?? before.text,
        negativePrompt: negativePrompt === undefined ? before.negativePrompt : negativePrompt,
      }
      check(part)
      const set = {
        name: part.name,
        name_key: nameKey(part.name),
        text: part.text,
        negative_prompt: part.negativePrompt,
        lines: linesOf(part),
        changed_at: new Date(),
      }
      await change(ports, userId, async (trx) => {
        const mineIn = trx.updateTable('prompt_parts').set(set).where('user_id', '=', userId)
        const { numUpdatedRows } = await mineIn.where('id', '=', id).executeTakeFirst()
        if (numUpdatedRows === 0n) throw missing()
      })
      return await read(ports, userId, id)
    },
    async remove(userId, id) {
      await change(ports, userId, async (trx) => {
        const mineIn = trx.deleteFrom('prompt_parts').where('user_id', '=', userId)
        const { numDeletedRows } = await mineIn.where('id', '=', id).executeTakeFirst()
        if (numDeletedRows === 0n) throw missing()
      })
    },
  }
}
