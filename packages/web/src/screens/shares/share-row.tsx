import type { Share } from '@easel/contract'
import { ActionIcon, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useRevokeShare, wholeAddress } from '#data/shares.ts'
import { Badge } from '#parts/badge.tsx'
import { dateTime } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { putOnClipboard } from '#parts/put-on-clipboard.ts'
import { Row } from '#parts/rows.tsx'
import classes from './share-row.module.css'
import { nameOf, shareFacts, stateWords } from './share-words.ts'

const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))

interface ShareRowProps {
  readonly share: Share
  /** With a small picture of what is shown. */
  readonly pictured?: boolean
  readonly onEdit: () => void
}

async function copy(share: Share): Promise<void> {
  const copied = await putOnClipboard(Promise.resolve(wholeAddress(share)))
  const message = copied ? 'Link copied' : 'This browser does not let the page copy'
  notifications.show({ message, autoClose: 2000 })
}

/** A link, what is known of it, and what can be done with it. */
export function ShareRow({ share, pictured = false, onEdit }: ShareRowProps) {
  const [asking, setAsking] = useState(false)
  const revoke = useRevokeShare()
  const { state, coverId } = share
  const name = nameOf(share)
  const there = state !== 'revoked'
  return (
    <Row
      faded={state !== 'open' && state !== 'not-yet'}
      lead={pictured && <Cover coverId={coverId} />}
      name={
        <>
          {name}
          <Badge tone={state === 'open' ? 'accent' : 'quiet'}>{stateWords[state]}</Badge>
        </>
      }
      facts={shareFacts(share, dateTime)}
    >
      {there && (
        <span className={classes['actions']}>
          <IconButton icon="copy" label={`Copy link: ${name}`} onClick={() => void copy(share)} />
          <Tooltip label={`Open link: ${name}`}>
            <ActionIcon
              component="a"
              href={share.url}
              target="_blank"
              rel="noopener"
              color="accent"
              aria-label={`Open link: ${name}`}
            >
              <Icon name="link" />
            </ActionIcon>
          </Tooltip>
          <IconButton icon="edit" label={`Change link: ${name}`} onClick={onEdit} />
          <IconButton icon="trash" label={`Revoke link: ${name}`} onClick={() => setAsking(true)} />
        </span>
      )}
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title="Revoke this link?"
            text="It leads nowhere from then on, and cannot be brought back."
            action="Revoke"
            onCancel={() => setAsking(false)}
            onConfirm={() => {
              setAsking(false)
              revoke.mutate(share.id, {
                onSuccess: () => notifications.show({ message: 'The link leads nowhere now', autoClose: 3000 }),
                onError: (error) => notifications.show({ message: `It could not be revoked: ${wordsOf(error)}` }),
              })
            }}
          />
        </Suspense>
      )}
    </Row>
  )
}

function Cover({ coverId }: Pick<Share, 'coverId'>) {
  return (
    <span className={classes['cover']}>
      {coverId === null ? (
        <Icon name="source" />
      ) : (
        <img src={`/api/images/${coverId}/thumbnail`} alt="" loading="lazy" draggable={false} />
      )}
    </span>
  )
}
