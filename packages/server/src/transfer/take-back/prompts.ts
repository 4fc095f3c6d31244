// Lists, templates and styles of an export.
import type { ExportedPromptPart, RecordOutcome } from '@easel/contract'
import { nameKey } from '#base/name-key.ts'
import { takeNamed } from './named.ts'
import { past, type RecordPorts } from './record-ports.ts'

export interface PromptFaults {
  /** Reads one as it is used: what is wrong with it, or how many lines it has. */
  readonly readPromptPart: (part: ExportedPromptPart) => { readonly fault: string } | { readonly lines: number }
}

/** Takes lists, templates and styles back. */
export async function takePrompts(
  ports: RecordPorts & PromptFaults,
  userId: string,
  { prompts, now }: { prompts: readonly ExportedPromptPart[]; now: number },
): Promise<RecordOutcome[]> {
  return await takeNamed(
    ports,
    { userId, all: prompts },
    {
      table: 'prompt_parts',
      what: 'prompts',
      faultOf(part) {
        const read = ports.readPromptPart(part)
        return 'fault' in read ? read.fault : null
      },
      async insert(trx, part, id) {
        const { kind, name, text, negativePrompt, createdAt } = part
        const read = ports.readPromptPart(part)
        const time = past(createdAt, now)
        const inserted = await trx
          .insertInto('prompt_parts')
          .values({
            id,
            user_id: userId,
            kind,
            name,
            name_key: nameKey(name),
            text,
            negative_prompt: negativePrompt,
            lines: 'lines' in read ? read.lines : 0,
            created_at: time,
            changed_at: time,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        return inserted !== undefined
      },
    },
  )
}
