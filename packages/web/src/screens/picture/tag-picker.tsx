import type { Tag } from '@easel/contract'
import { Chip, Chips } from '#parts/chip.tsx'
import { tagWords } from '#parts/tag-words.ts'
import { TagBox } from './tag-box.tsx'

interface TagPickerProps {
  readonly label: string
  readonly tags: readonly Tag[]
  /** Has the focus when its dialog opens. */
  readonly first?: boolean
  readonly above?: boolean
  readonly onChange: (tags: readonly Tag[]) => void
}

/** Tags that are chosen for something that is still to be done. */
export function TagPicker({ label, tags, first = false, above = false, onChange }: TagPickerProps) {
  return (
    <>
      {tags.length > 0 && (
        <Chips label="Chosen tags">
          {tags.map((tag) => (
            <Chip
              key={tagWords(tag)}
              removeLabel={`Not ${tagWords(tag)}`}
              onRemove={() => onChange(tags.filter((other) => other !== tag))}
            >
              <span>{tagWords(tag)}</span>
            </Chip>
          ))}
        </Chips>
      )}
      <TagBox label={label} taken={tags} first={first} above={above} onPick={(tag) => onChange([...tags, tag])} />
    </>
  )
}
