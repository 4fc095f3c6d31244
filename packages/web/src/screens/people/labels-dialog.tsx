import type { MemberImage, Tag } from '@easel/contract'
import { Button, Modal, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useLabelShared } from '#data/people.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { TagPicker } from '#screens/picture/tag-picker.tsx'
import classes from './people-dialog.module.css'

interface LabelsDialogProps {
  readonly albumId: string
  readonly images: readonly MemberImage[]
  readonly onClose: () => void
}

/** Labels for pictures of a shared album, to be put on or taken off. */
export function LabelsDialog({ albumId, images, onClose }: LabelsDialogProps) {
  const [type, setType] = useState<'add' | 'remove'>('add')
  const [tags, setTags] = useState<readonly Tag[]>([])
  const save = useLabelShared(albumId)
  useFocusReturn()
  const labels = tags.map(({ tagId }) => tagId)
  return (
    <Modal opened onClose={onClose} title={`Labels of ${count(images.length, 'picture', 'pictures')}`} size={440}>
      <div className={classes['form']}>
        {save.error !== null && <Notice tone="danger">{wordsOf(save.error)}</Notice>}
        <SegmentedControl
          fullWidth
          aria-label="What to do"
          data={[
            { value: 'add', label: 'Add' },
            { value: 'remove', label: 'Take off' },
          ]}
          value={type}
          onChange={(value) => setType(value === 'remove' ? 'remove' : 'add')}
        />
        {/* What other systems call their things stays in each one's own library. */}
        <TagPicker
          label="Label"
          tags={tags}
          first
          onChange={(next) => setTags(next.filter(({ tagType }) => tagType === 'LABEL'))}
        />
        <p className={classes['about']}>They are put on the pictures themselves, in the library of whoever has them.</p>
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={labels.length === 0}
            loading={save.isPending}
            onClick={() =>
              save.mutate(
                { imageIds: images.map(({ id }) => id), ...(type === 'add' ? { add: labels } : { remove: labels }) },
                { onSuccess: onClose },
              )
            }
          >
            {type === 'add' ? 'Add labels' : 'Take labels off'}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
