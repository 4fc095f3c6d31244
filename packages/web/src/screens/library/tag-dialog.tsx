import type { Tag } from '@easel/contract'
import { Button, Modal, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { TagPicker } from '#screens/picture/tag-picker.tsx'
import classes from './tag-dialog.module.css'

interface TagDialogProps {
  /** What is selected, in words: `3 pictures`. */
  readonly pictures: string
  readonly onSubmit: (type: 'tag' | 'untag', tags: Tag[]) => void
  readonly onClose: () => void
}

/** Tags for many pictures, to be put on or taken off. */
export function TagDialog({ pictures, onSubmit, onClose }: TagDialogProps) {
  const [type, setType] = useState<'tag' | 'untag'>('tag')
  const [tags, setTags] = useState<readonly Tag[]>([])
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`Tags of ${pictures}`} size={440}>
      <div className={classes['form']}>
        <SegmentedControl
          fullWidth
          aria-label="What to do"
          data={[
            { value: 'tag', label: 'Add' },
            { value: 'untag', label: 'Take off' },
          ]}
          value={type}
          onChange={(value) => setType(value === 'untag' ? 'untag' : 'tag')}
        />
        <TagPicker label="Tag" tags={tags} first onChange={setTags} />
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={tags.length === 0} onClick={() => onSubmit(type, [...tags])}>
            {type === 'tag' ? 'Add tags' : 'Take tags off'}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
