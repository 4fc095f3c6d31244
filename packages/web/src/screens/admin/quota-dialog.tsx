import type { ManagedUser } from '@easel/contract'
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { defaultsQuery, useUpdateUser } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './dialogs.module.css'
import { OwnQuotaFields } from './quota-fields.tsx'

interface QuotaDialogProps {
  readonly user: ManagedUser
  readonly onClose: () => void
}

/** What one person may use up, where it differs from everybody else. */
export function QuotaDialog({ user, onClose }: QuotaDialogProps) {
  const [quota, setQuota] = useState(user.quota)
  const defaults = useQuery(defaultsQuery()).data
  const update = useUpdateUser()
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`Limits of ${user.name}`} size={480}>
      <form
        className={classes['form']}
        aria-label="Limits"
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate({ id: user.id, change: { quota } }, { onSuccess: onClose })
        }}
      >
        <p className={classes['text']}>An empty field means what holds for everybody (see Rules).</p>
        <OwnQuotaFields
          value={quota}
          usual={user.role === 'guest' ? defaults?.guestQuota : defaults?.quota}
          onChange={setQuota}
        />
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
