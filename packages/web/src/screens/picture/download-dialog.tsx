import type { PictureForm, PictureFormat } from '@easel/contract'
import { Button, Checkbox, Modal, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { ChoiceChips } from '#parts/choice-chips.tsx'
import { Icon } from '#parts/icon.tsx'
import { RangeField } from '#parts/range-field.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './download-dialog.module.css'
import { formOf, formats, noteOf, qualities, type Wish } from './download-form.ts'

interface DownloadDialogProps {
  /** What is downloaded, in words: `3 pictures`. */
  readonly pictures: string
  /** More than one: they come as an archive. */
  readonly many: boolean
  /** What is chosen at first. */
  readonly format?: PictureFormat
  readonly busy?: boolean
  /** Why it could not be done, or null. */
  readonly fault?: string | null
  readonly onSubmit: (form: PictureForm, records: boolean) => void
  readonly onClose: () => void
}

const longestSide = { min: 16, max: 16_383 } as const

/** In which form pictures are downloaded. */
export function DownloadDialog(props: DownloadDialogProps) {
  const { pictures, many, format = 'original', busy = false, fault = null, onSubmit, onClose } = props
  const [wish, setWish] = useState<Wish>({ format, quality: null, longestSide: null, prompt: true })
  const [records, setRecords] = useState(false)
  useFocusReturn()
  const change = (part: Partial<Wish>) => setWish((now) => ({ ...now, ...part }))
  const quality = qualities[wish.format]
  return (
    <Modal opened onClose={onClose} title={`Download ${pictures}`} size={460} zIndex={320}>
      <form
        className={classes['form']}
        aria-label={`Download ${pictures}`}
        data-many={many || undefined}
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit(formOf(wish), many && records)
        }}
      >
        <ChoiceChips
          label="Format"
          chips={formats}
          value={wish.format}
          onChange={(value) => change({ format: formats.find((one) => one.value === value)?.value ?? 'original' })}
        />
        {quality !== null && (
          <RangeField
            label="Quality"
            range={{ min: 1, max: 100, step: 1, default: quality }}
            value={wish.quality}
            onChange={(value) => change({ quality: value })}
          />
        )}
        {wish.format !== 'original' && (
          <NumberInput
            label="Longest side in pixels"
            placeholder="As large as it is"
            {...longestSide}
            step={256}
            allowDecimal={false}
            allowNegative={false}
            value={wish.longestSide ?? ''}
            onChange={(value) => change({ longestSide: typeof value === 'number' ? value : null })}
          />
        )}
        <Checkbox
          label="Keep the prompt in the file"
          checked={wish.prompt}
          onChange={(event) => change({ prompt: event.currentTarget.checked })}
        />
        {many && (
          <Checkbox
            label="Add a JSON file with all that is known of each"
            checked={records}
            onChange={(event) => setRecords(event.currentTarget.checked)}
          />
        )}
        <p className={classes['note']}>{noteOf(wish, many)}</p>
        {fault !== null && (
          <p role="alert" className={classes['note']}>
            {fault}
          </p>
        )}
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus loading={busy} leftSection={<Icon name="download" />}>
            Download
          </Button>
        </div>
      </form>
    </Modal>
  )
}
