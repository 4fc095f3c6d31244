import type { Invitation } from '@easel/contract'
import { ActionIcon, Button, SegmentedControl, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { invitationsQuery, useInvite, useRevokeInvitation } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { useAuthStatus } from '#data/session.ts'
import { copyText } from '#parts/copy-text.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { dateTime } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { Notice } from '#parts/notice.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import classes from './invitations.module.css'

/** The token stands behind #, which browsers send to nobody. */
const linkOf = (token: string) => `${window.location.origin}/sign-up#invitation=${token}`

/** Links that let one person each make an account. */
export function AdminInvitations() {
  const invitations = useQuery(invitationsQuery())
  const list = invitations.data ?? []
  const closed = useAuthStatus()?.signUp === 'closed'
  return (
    <div className={classes['invitations']}>
      {closed && (
        <Notice tone="warning" title="Nobody may make an account now">
          Links do not work until the rules allow it again.
        </Notice>
      )}
      <InviteForm open={list.filter(({ usedAt }) => usedAt === null)} />
      {invitations.isPending && <WaitingRows label="Loading the invitations" />}
      {invitations.isSuccess && list.length === 0 && (
        <p className={classes['none']}>Nobody has been invited yet. A link lets one person make an account.</p>
      )}
      {invitations.error !== null && list.length === 0 && (
        <EmptyState icon="warning" title="The invitations could not be read" text={wordsOf(invitations.error)}>
          <Button onClick={() => void invitations.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {list.length > 0 && (
        <Rows label="Invitations" framed>
          {list.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </Rows>
      )}
    </div>
  )
}

/** @param open the invitations that can still be used: a link is shown no longer than it works */
function InviteForm({ open }: { readonly open: readonly Invitation[] }) {
  const invite = useInvite()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Invitation['role']>('user')
  const made = open.some(({ id }) => id === invite.data?.id) ? invite.data : undefined
  return (
    <section className={classes['card']} aria-label="Invite somebody">
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          const to = email.trim()
          invite.mutate({ role, ...(to === '' ? {} : { email: to }) }, { onSuccess: () => setEmail('') })
        }}
      >
        <TextInput
          className={classes['email'] ?? ''}
          label="E-mail (optional)"
          description="With it, only this address can use the link."
          type="email"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Role"
          value={role}
          onChange={(value) => setRole(value === 'admin' ? 'admin' : 'user')}
          data={[
            { value: 'user', label: 'User' },
            { value: 'admin', label: 'Administrator' },
          ]}
        />
        <Button type="submit" loading={invite.isPending}>
          Make a link
        </Button>
      </form>
      {invite.error !== null && <Notice tone="danger">{wordsOf(invite.error)}</Notice>}
      {made !== undefined && (
        <div className={classes['made']} role="status">
          <p>Send this link. It works once, and is not shown again.</p>
          <div className={classes['link']}>
            <code>{linkOf(made.token)}</code>
            <Button
              variant="default"
              leftSection={<Icon name="copy" />}
              onClick={() => void copyText(linkOf(made.token), 'Link')}
            >
              Copy
            </Button>
          </div>
        </div>
      )}
    </section>
  )
}

function stateOf({ usedAt, expiresAt }: Invitation): string {
  if (usedAt !== null) return `Used ${dateTime(Date.parse(usedAt))}`
  const end = Date.parse(expiresAt)
  return end < Date.now() ? 'Expired' : `Open until ${dateTime(end)}`
}

function InvitationRow({ invitation }: { readonly invitation: Invitation }) {
  const revoke = useRevokeInvitation()
  const name = invitation.email ?? 'Whoever has the link'
  return (
    <Row name={name} facts={[invitation.role === 'admin' ? 'Administrator' : '', stateOf(invitation)]}>
      {invitation.usedAt === null && (
        <ActionIcon
          aria-label={`Take back the invitation of ${name}`}
          loading={revoke.isPending}
          onClick={() =>
            revoke.mutate(invitation.id, { onError: (error) => notifications.show({ message: wordsOf(error) }) })
          }
        >
          <Icon name="trash" />
        </ActionIcon>
      )}
    </Row>
  )
}
