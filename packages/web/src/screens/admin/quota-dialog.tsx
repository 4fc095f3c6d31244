import type { ManagedUser, Quota, QuotaOverride } from '@easel/contract'
import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { useUpdateUser } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './dialogs.module.css'
import { QuotaFields } from './quota-fields.tsx'

interface QuotaDialogProps {
  readonly user: ManagedUser
  readonly onClose: () => void
}

/** An emptied field goes back to what holds for everybody. */
function withLimit({ ...override }: QuotaOverride, name: keyof Quota, limit: number | null): QuotaOverride {
  if (limit === null) delete override[name]
  else override[name] = limit
  return override
}

/** What one person may use up, where it differs from everybody else. */
export function QuotaDialog({ user, onClose }: QuotaDialogProps) {
  const [quota, setQuota] = useState(user.quota)
  const update = useUpdateUser()
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`Limits of ${user.name}`} size={480}>
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate({ id: user.id, change: { quota } }, { onSuccess: onClose })
        }}
      >
        <p className={classes['text']}>An empty field means what holds for everybody (see Rules).</p>
        <QuotaFields value={quota} empty="As for everybody" onChange={setQuota} withLimit={withLimit} />
        {update.error !== null && <Notice tone="danger">{wordsOf(update.error)}</Notice>}
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
