import type { Share } from '@easel/contract'
import { Button, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sharedOf, sharesOfQuery, useCreateShare, useUpdateShare, wholeAddress, type Shared } from '#data/shares.ts'
import { wordsOf } from '#data/client.ts'
import { capitalised } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { Notice } from '#parts/notice.tsx'
import { putOnClipboard } from '#parts/put-on-clipboard.ts'
import { Rows, WaitingRows } from '#parts/rows.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './share-dialog.module.css'
import { ShareForm } from './share-form.tsx'
import { ShareRow } from './share-row.tsx'
import { changeBody, createBody, type ShareValues } from './share-values.ts'
import type { ShareWish } from './sharing.tsx'

interface ShareDialogProps {
  readonly wish: ShareWish
  readonly onClose: () => void
}

type Step =
  | { readonly at: 'list' | 'new' }
  | { readonly at: 'edit'; readonly share: Share }
  | { readonly at: 'made'; readonly share: Share; readonly copied: boolean }

/** Makes a link with options, and shows and changes those that there are. */
export function ShareDialog({ wish, onClose }: ShareDialogProps) {
  const shared = sharedOf(wish.target)
  const [step, setStep] = useState<Step>({ at: shared === null ? 'new' : 'list' })
  const create = useCreateShare()
  useFocusReturn()
  const back = () => {
    create.reset()
    if (shared === null) onClose()
    else setStep({ at: 'list' })
  }
  const make = async (values: ShareValues) => {
    const body = createBody(wish.target, values, Date.now())
    const made = create.mutateAsync(body)
    const copying = putOnClipboard(made.then(wholeAddress))
    // What went wrong stands in the form.
    const known = await made.catch(() => null)
    if (known !== null) setStep({ at: 'made', share: known, copied: await copying })
  }
  const title = step.at === 'edit' ? changeTitle : step.at === 'made' ? 'Link made' : `Share ${wish.what}`
  return (
    <Modal opened onClose={onClose} title={title} size={540}>
      {step.at === 'list' && shared !== null && (
        <Links
          shared={shared}
          what={wish.what}
          onNew={() => setStep({ at: 'new' })}
          onEdit={(one) => setStep({ at: 'edit', share: one })}
        />
      )}
      {step.at === 'new' && (
        <ShareForm
          share={null}
          ofAlbum={wish.target.kind === 'album'}
          busy={create.isPending}
          error={create.error}
          onSubmit={(values) => void make(values)}
          onCancel={back}
        />
      )}
      {step.at === 'edit' && <Change share={step.share} onEnd={back} />}
      {step.at === 'made' && <Made share={step.share} copied={step.copied} onClose={onClose} />}
    </Modal>
  )
}

const changeTitle = 'Change the link'

interface ChangeDialogProps {
  readonly share: Share
  readonly onClose: () => void
}

/** Changes a link that there is. */
export function ChangeDialog({ share, onClose }: ChangeDialogProps) {
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={changeTitle} size={540}>
      <Change share={share} onEnd={onClose} />
    </Modal>
  )
}

function Change({ share, onEnd }: { readonly share: Share; readonly onEnd: () => void }) {
  const update = useUpdateShare()
  return (
    <ShareForm
      share={share}
      ofAlbum={share.kind === 'album'}
      busy={update.isPending}
      error={update.error}
      onSubmit={(values) =>
        update.mutate({ id: share.id, change: changeBody(values, Date.now()) }, { onSuccess: onEnd })
      }
      onCancel={onEnd}
    />
  )
}

interface LinksProps {
  readonly shared: Shared
  readonly what: string
  readonly onNew: () => void
  readonly onEdit: (share: Share) => void
}

function Links({ shared, what, onNew, onEdit }: LinksProps) {
  const { data, error } = useQuery(sharesOfQuery(shared))
  const links = (data ?? []).filter(({ state }) => state !== 'revoked')
  return (
    <div className={classes['form']}>
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      {data === undefined && error === null && <WaitingRows label="Loading the links" />}
      {data !== undefined && links.length === 0 && (
        <p
          className={classes['none']}
        >{`There is no link to ${what} yet. Whoever has one can look, without an account.`}</p>
      )}
      {links.length > 0 && (
        <Rows label={`Links to ${what}`} framed>
          {links.map((share) => (
            <ShareRow key={share.id} share={share} onEdit={() => onEdit(share)} />
          ))}
        </Rows>
      )}
      <div className={classes['buttons']}>
        <Button data-autofocus leftSection={<Icon name="plus" />} onClick={onNew}>
          New link
        </Button>
      </div>
    </div>
  )
}

interface MadeProps {
  readonly share: Share
  readonly copied: boolean
  readonly onClose: () => void
}

function Made({ share, copied, onClose }: MadeProps) {
  const [there, setThere] = useState(copied)
  const who = share.hasPassword ? 'anyone who has it and knows the password can look' : 'anyone who has it can look'
  return (
    <div className={classes['form']}>
      <p role="status">{there ? `The link is copied: ${who}.` : `${capitalised(who)}.`}</p>
      <TextInput
        aria-label="Link"
        readOnly
        value={wholeAddress(share)}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className={classes['buttons']}>
        <Button
          variant="default"
          leftSection={<Icon name="copy" />}
          onClick={() => void putOnClipboard(Promise.resolve(wholeAddress(share))).then(setThere)}
        >
          Copy
        </Button>
        <Button data-autofocus onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
