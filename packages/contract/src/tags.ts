import { z } from 'zod'
import { PlainText } from './primitives.ts'

/** `LABEL` is free text; the other types carry the id that another system gave the thing. */
export const TagType = z.enum(['LABEL', 'CHARACTER', 'PERSONA', 'CHAT', 'THEME'])
export type TagType = z.infer<typeof TagType>

export const Tag = z.object({ tagType: TagType, tagId: PlainText(200).min(1) })
export type Tag = z.infer<typeof Tag>
