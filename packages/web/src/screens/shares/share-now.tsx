import type { Share } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { QueryClient } from '@tanstack/react-query'
import { wordsOf } from '#data/client.ts'
import { plainShare, revokeShare, wholeAddress } from '#data/shares.ts'
import { putOnClipboard } from '#parts/put-on-clipboard.ts'
import classes from './share-now.module.css'
import type { ShareWish } from './sharing.tsx'

interface ShareNow {
  readonly client: QueryClient
  readonly wish: ShareWish
  readonly onOptions: (share: Share) => void
}

const ENOUGH_TIME = 15_000

/** Makes a link that whoever has it can open, copies it, and says what was done. */
export async function shareNow({ client, wish, onOptions }: ShareNow): Promise<void> {
  const link = plainShare(client, wish.target)
  const copying = putOnClipboard(link.then(({ share }) => wholeAddress(share)))
  try {
    const { share, made } = await link
    const id = `shared-${share.id}`
    const copied = await copying
    const undo = async () => {
      notifications.hide(id)
      await revokeShare(client, share.id).then(
        () => notifications.show({ message: 'The link leads nowhere now', autoClose: 3000 }),
        (error: unknown) => notifications.show({ message: `It could not be revoked: ${wordsOf(error)}` }),
      )
    }
    const change = () => {
      notifications.hide(id)
      onOptions(share)
    }
    notifications.show({
      id,
      autoClose: ENOUGH_TIME,
      message: (
        <Told
          address={copied ? null : wholeAddress(share)}
          onUndo={made ? () => void undo() : null}
          onOptions={change}
        />
      ),
    })
  } catch (error) {
    notifications.show({ message: `It could not be shared: ${wordsOf(error)}` })
  }
}

interface ToldProps {
  /** To be copied by hand; null: it is on the clipboard. */
  readonly address: string | null
  /** Null where the link was there before. */
  readonly onUndo: (() => void) | null
  readonly onOptions: () => void
}

function Told({ address, onUndo, onOptions }: ToldProps) {
  return (
    <span className={classes['told']}>
      <span>
        <strong>{address === null ? 'Link copied' : 'Link made'}</strong>
        <br />
        Anyone who has it can look.
      </span>
      {address !== null && (
        <TextInput aria-label="Link" readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
      )}
      <span className={classes['buttons']}>
        <Button variant="subtle" className={classes['button'] ?? ''} onClick={onOptions}>
          Options…
        </Button>
        {onUndo !== null && (
          <Button variant="subtle" className={classes['button'] ?? ''} onClick={onUndo}>
            Undo
          </Button>
        )}
      </span>
    </span>
  )
}
