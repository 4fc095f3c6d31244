import type { InstanceDefaults } from '@easel/contract'
import { Button, NumberInput, Select, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { defaultsQuery, useUpdateDefaults } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { Notice } from '#parts/notice.tsx'
import { WaitingRows } from '#parts/rows.tsx'
import { QuotaFields } from './quota-fields.tsx'
import classes from './rules.module.css'

const policies: { readonly value: InstanceDefaults['signUp']; readonly label: string }[] = [
  { value: 'closed', label: 'Nobody' },
  { value: 'invite', label: 'Whoever has an invitation' },
  { value: 'open', label: 'Everybody' },
]

/** What holds for everybody who has nothing of their own. */
export function AdminRules() {
  const defaults = useQuery(defaultsQuery())
  if (defaults.data !== undefined) return <RulesForm defaults={defaults.data} />
  if (defaults.error === null) return <WaitingRows label="Loading the rules" />
  return (
    <EmptyState icon="warning" title="The rules could not be read" text={wordsOf(defaults.error)}>
      <Button onClick={() => void defaults.refetch()}>Try again</Button>
    </EmptyState>
  )
}

function RulesForm({ defaults }: { readonly defaults: InstanceDefaults }) {
  const [draft, setDraft] = useState<Partial<InstanceDefaults>>({})
  const update = useUpdateDefaults()
  const values = { ...defaults, ...draft }
  const changed = JSON.stringify(values) !== JSON.stringify(defaults)
  const set = (part: Partial<InstanceDefaults>) => setDraft({ ...draft, ...part })
  return (
    <form
      className={classes['rules']}
      aria-label="Rules"
      onSubmit={(event) => {
        event.preventDefault()
        update.mutate(draft, {
          onSuccess: () => {
            setDraft({})
            notifications.show({ message: 'Saved. It holds from now on.' })
          },
        })
      }}
    >
      <section className={classes['card']} aria-labelledby="rules-accounts">
        <h2 id="rules-accounts" className={classes['heading']}>
          Accounts
        </h2>
        <Select
          label="Who may make an account"
          className={classes['short'] ?? ''}
          allowDeselect={false}
          data={policies}
          value={values.signUp}
          onChange={(value) => {
            const policy = policies.find((one) => one.value === value)
            if (policy !== undefined) set({ signUp: policy.value })
          }}
        />
        <Switch
          label="Visitors may work as guests"
          checked={values.guests}
          onChange={(event) => set({ guests: event.currentTarget.checked })}
        />
        {values.guests && (
          <NumberInput
            className={classes['short'] ?? ''}
            label="Days that a guest’s library is kept after the last visit"
            min={1}
            max={3650}
            value={values.guestDays}
            onChange={(days) => set({ guestDays: typeof days === 'number' ? days : defaults.guestDays })}
          />
        )}
      </section>
      <section className={classes['card']} aria-labelledby="rules-gallery">
        <h2 id="rules-gallery" className={classes['heading']}>
          Public gallery
        </h2>
        <Switch
          label="Users may publish albums at addresses of their choosing"
          description="Switched off, what is published is not there any more."
          checked={values.gallery}
          onChange={(event) => set({ gallery: event.currentTarget.checked })}
        />
      </section>
      <section className={classes['card']} aria-labelledby="rules-users">
        <h2 id="rules-users" className={classes['heading']}>
          Limits of every user
        </h2>
        <QuotaFields value={values.quota} onChange={(quota) => set({ quota })} />
      </section>
      {values.guests && (
        <section className={classes['card']} aria-labelledby="rules-guests">
          <h2 id="rules-guests" className={classes['heading']}>
            Limits of every guest
          </h2>
          <QuotaFields value={values.guestQuota} onChange={(guestQuota) => set({ guestQuota })} />
        </section>
      )}
      {update.error !== null && <Notice tone="danger">{wordsOf(update.error)}</Notice>}
      <div className={classes['save']} data-changed={changed || undefined}>
        <span>{changed ? 'Not saved yet.' : ''}</span>
        <Button type="submit" loading={update.isPending} disabled={!changed}>
          Save
        </Button>
      </div>
    </form>
  )
}
