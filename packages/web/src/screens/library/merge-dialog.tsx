import type { Tag } from '@easel/contract'
import { Modal } from '@mantine/core'
import { tagWords } from '#parts/tag-words.ts'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { TagBox } from '#screens/picture/tag-box.tsx'

interface MergeDialogProps {
  readonly tag: Tag
  readonly onPick: (into: Tag) => void
  readonly onClose: () => void
}

/** Asks which tag another one becomes one with. */
export function MergeDialog({ tag, onPick, onClose }: MergeDialogProps) {
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`Merge ${tagWords(tag)} into`} size={420}>
      <TagBox label="Other tag" taken={[tag]} first onPick={onPick} />
    </Modal>
  )
}
