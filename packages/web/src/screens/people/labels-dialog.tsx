import type { MemberImage } from '@easel/contract'
import { Button, Modal, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useLabelShared } from '#data/people.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './people-dialog.module.css'

interface LabelsDialogProps {
  readonly albumId: string
  readonly images: readonly MemberImage[]
  readonly onClose: () => void
}

/** Puts labels on pictures of a shared album, and takes off those that all of them have. */
export function LabelsDialog({ albumId, images, onClose }: LabelsDialogProps) {
  const [first, ...rest] = images
  const common = (first?.labels ?? []).filter((label) => rest.every(({ labels }) => labels.includes(label)))
  const [labels, setLabels] = useState(common)
  const save = useLabelShared(albumId)
  useFocusReturn()
  const add = labels.filter((label) => !common.includes(label))
  const remove = common.filter((label) => !labels.includes(label))
  const submit = () => {
    if (add.length + remove.length === 0) onClose()
    else save.mutate({ imageIds: images.map(({ id }) => id), add, remove }, { onSuccess: onClose })
  }
  return (
    <Modal opened onClose={onClose} title={`Labels of ${count(images.length, 'picture', 'pictures')}`} size={480}>
      <form
        className={classes['form']}
        aria-label="Labels"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        {save.error !== null && <Notice tone="danger">{wordsOf(save.error)}</Notice>}
        <TagsInput
          label="Labels"
          description="Enter after each. They are put on the pictures themselves, in their owner’s library."
          data-autofocus
          maxTags={50}
          value={labels}
          onChange={setLabels}
        />
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
