import type { TwoFactorSecret } from '@easel/contract'
import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useEnableTwoFactor, useVerifyTwoFactor } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import { Once } from './once.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { QrCode } from './qr-code.tsx'
import { secretOf } from './secret-of.ts'

/** Sets two-factor up: the password, then the app and a first code, then the recovery codes. */
export function TwoFactorDialog({ onClose }: { readonly onClose: () => void }) {
  const enable = useEnableTwoFactor()
  const [verified, setVerified] = useState(false)
  if (enable.data === undefined) {
    return (
      <PasswordDialog
        title="Turn two-factor on"
        text="You need an authenticator app on your phone or computer."
        action="Continue"
        busy={enable.isPending}
        error={enable.error}
        onClose={onClose}
        onPassword={(password) => enable.mutate(password)}
      />
    )
  }
  if (!verified) return <ScanDialog secret={enable.data} onVerified={() => setVerified(true)} onClose={onClose} />
  return <CodesDialog codes={enable.data.recoveryCodes} onClose={onClose} />
}

interface ScanDialogProps {
  readonly secret: TwoFactorSecret
  readonly onVerified: () => void
  readonly onClose: () => void
}

function ScanDialog({ secret, onVerified, onClose }: ScanDialogProps) {
  const [code, setCode] = useState('')
  const verify = useVerifyTwoFactor()
  const { general, fields } = faultsOf(verify.error, ['code'])
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Scan this with your app" size={420}>
      <form
        className={classes['wide']}
        onSubmit={(event) => {
          event.preventDefault()
          verify.mutate(code, { onSuccess: onVerified })
        }}
      >
        <QrCode text={secret.uri} label="QR code for your authenticator app" />
        <p className={classes['quiet']}>
          No camera? Type this into the app: <code>{secretOf(secret.uri)}</code>
        </p>
        {general !== null && <Notice tone="danger">{general}</Notice>}
        <TextInput
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          data-autofocus
          value={code}
          error={fields['code']}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={verify.isPending}>
            Turn on
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function CodesDialog({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) {
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Keep these recovery codes" size={420}>
      <div className={classes['wide']}>
        <p>Each lets you in once when you do not have the app. They are not shown again.</p>
        <Once what="Recovery codes" lines={codes} filename="easel-recovery-codes.txt" />
        <div className={classes['end']}>
          <Button onClick={onClose}>I have kept them</Button>
        </div>
      </div>
    </Modal>
  )
}
