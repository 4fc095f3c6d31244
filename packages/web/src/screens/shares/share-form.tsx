import type { Share } from '@easel/contract'
import { Button, NumberInput, PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import { PublishField } from './publish-field.tsx'
import classes from './share-dialog.module.css'
import { ends, slug, startValues, valuesOf, type ShareValues } from './share-values.ts'

interface ShareFormProps {
  /** Null: a new one. */
  readonly share: Share | null
  /** Whether it is a link to an album. */
  readonly ofAlbum: boolean
  readonly busy: boolean
  readonly error: unknown
  readonly onSubmit: (values: ShareValues) => void
  readonly onCancel: () => void
}

const fields = ['name', 'title', 'comment', 'password', 'startsAt', 'expiresAt', 'viewLimit', 'address']

/** Everything that can be set of a link. */
export function ShareForm({ share, ofAlbum, busy, error, onSubmit, onCancel }: ShareFormProps) {
  const [values, setValues] = useState<ShareValues>(share === null ? startValues : valuesOf(share))
  const { general, fields: faults } = faultsOf(error, fields)
  const set = (part: Partial<ShareValues>) => setValues((now) => ({ ...now, ...part }))
  return (
    <form
      className={classes['form']}
      aria-label={share === null ? 'New link' : 'Link'}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(values)
      }}
    >
      {general !== null && <Notice tone="danger">{general}</Notice>}
      <TextInput
        label="Title"
        description="Stands above the pictures."
        autoComplete="off"
        maxLength={300}
        data-autofocus
        value={values.title}
        error={faults['title']}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      <Textarea
        label="Comment"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={10_000}
        value={values.comment}
        error={faults['comment']}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
      <div className={classes['switches']}>
        <Switch
          label="Originals may be saved"
          description={values.download ? undefined : 'Visitors see 1,280 pixels at most.'}
          checked={values.download}
          onChange={(event) => set({ download: event.currentTarget.checked })}
        />
        <Switch
          label="Tell prompt and settings"
          description={values.prompt ? 'On the page and in the files.' : undefined}
          checked={values.prompt}
          onChange={(event) => set({ prompt: event.currentTarget.checked })}
        />
        <Switch
          label="Search engines may list it"
          checked={values.listed}
          onChange={(event) => set({ listed: event.currentTarget.checked })}
        />
        {!values.publish && (
          <Switch
            label="Ask for a password"
            checked={values.protect}
            onChange={(event) => set({ protect: event.currentTarget.checked, password: '' })}
          />
        )}
      </div>
      {values.protect && (
        <PasswordInput
          label="Password"
          description={
            share?.hasPassword === true ? 'Leave it empty to keep the one there is.' : 'At least 4 characters.'
          }
          autoComplete="new-password"
          required={share?.hasPassword !== true}
          withAsterisk={false}
          minLength={4}
          maxLength={200}
          value={values.password}
          error={faults['password']}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          onChange={(event) => set({ password: event.currentTarget.value })}
        />
      )}
      <div className={classes['pair']}>
        <Select
          label="It ends"
          data={[...ends]}
          value={values.ends}
          error={values.ends === 'at' ? undefined : faults['expiresAt']}
          onChange={(when) => set({ ends: when ?? values.ends })}
        />
        {!values.publish && (
          <NumberInput
            label="Visits at most"
            placeholder="No limit"
            min={1}
            max={1_000_000}
            allowDecimal={false}
            allowNegative={false}
            value={values.viewLimit ?? ''}
            error={faults['viewLimit']}
            onChange={(value) => set({ viewLimit: typeof value === 'number' ? value : null })}
          />
        )}
        {values.ends === 'at' && (
          <TextInput
            label="End"
            type="datetime-local"
            required
            withAsterisk={false}
            value={values.endsAt}
            error={faults['expiresAt']}
            onChange={(event) => set({ endsAt: event.currentTarget.value })}
          />
        )}
        <TextInput
          label="It opens"
          description="Empty: at once."
          type="datetime-local"
          value={values.startsAt}
          error={faults['startsAt']}
          onChange={(event) => set({ startsAt: event.currentTarget.value })}
        />
        {share === null && !values.publish && (
          <TextInput
            label="Words in the address"
            description="They stand before its secret."
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={60}
            placeholder="summer-2026"
            value={values.name}
            error={faults['name']}
            onChange={(event) => set({ name: slug(event.currentTarget.value) })}
          />
        )}
      </div>
      {ofAlbum && <PublishField values={values} fault={faults['address']} onChange={set} />}
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          {share === null ? 'Make link' : 'Save'}
        </Button>
      </div>
    </form>
  )
}
