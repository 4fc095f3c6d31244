import type { Tag } from '@easel/contract'

const typed = /^(label|character|persona|chat|theme)\s*[:/]\s*(\S.*)$/is

/** What another system calls its things: `character: 42` is a character, and everything else a label. Null for nothing. */
export function tagOf(text: string): Tag | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const [, type, tagId] = typed.exec(trimmed) ?? []
  if (type === undefined || tagId === undefined) return { tagType: 'LABEL', tagId: trimmed }
  const types = { label: 'LABEL', character: 'CHARACTER', persona: 'PERSONA', chat: 'CHAT', theme: 'THEME' } as const
  const lower = type.toLowerCase()
  const known = Object.entries(types).find(([name]) => name === lower)
  return { tagType: known?.[1] ?? 'LABEL', tagId }
}

/** The words that {@link tagOf} reads as that tag. */
export function tagWords({ tagType, tagId }: Tag): string {
  return tagType === 'LABEL' && !typed.test(tagId) ? tagId : `${tagType.toLowerCase()}: ${tagId}`
}

/** The tag as it is searched for. */
export function tagSearch({ tagType, tagId }: Tag): string {
  const value = (tagType === 'LABEL' ? tagId : `${tagType.toLowerCase()}/${tagId}`).replaceAll('"', '')
  return `tag:${/\s/.test(value) ? `"${value}"` : value}`
}
