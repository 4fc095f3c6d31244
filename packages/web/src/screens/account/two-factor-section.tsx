import type { Factors } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useDisableTwoFactor, useRenewRecoveryCodes } from '#data/account.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import classes from './form.module.css'
import { Once } from './once.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { Section } from './section.tsx'
import { TwoFactorDialog } from './two-factor-dialog.tsx'

type Asking = 'enable' | 'disable' | 'renew' | null

/** A code from an app beside the password. */
export function TwoFactorSection({ factors }: { readonly factors: Factors }) {
  const [asking, setAsking] = useState<Asking>(null)
  const disable = useDisableTwoFactor()
  const renew = useRenewRecoveryCodes()
  const close = () => {
    setAsking(null)
    disable.reset()
  }
  const left = factors.recoveryCodesLeft ?? 0
  return (
    <Section
      title="Two-factor sign-in"
      text={
        factors.twoFactor
          ? 'On: signing in with the password takes a code from your authenticator app too.'
          : 'A code from an authenticator app beside the password, so that a stolen password is not enough.'
      }
    >
      {factors.twoFactor && left <= 2 && renew.data === undefined && (
        <Notice tone="warning">{count(left, 'recovery code is', 'recovery codes are')} left. Make new ones.</Notice>
      )}
      {renew.data !== undefined && (
        <Notice tone="quiet" title="New recovery codes. They are not shown again; the old ones no longer work.">
          <Once what="Recovery codes" lines={renew.data} filename="easel-recovery-codes.txt" />
        </Notice>
      )}
      <div className={classes['buttons']}>
        {factors.twoFactor ? (
          <>
            <Button variant="default" onClick={() => setAsking('renew')}>
              New recovery codes
            </Button>
            <Button variant="default" onClick={() => setAsking('disable')}>
              Turn off
            </Button>
          </>
        ) : (
          <Button variant="default" disabled={!factors.hasPassword} onClick={() => setAsking('enable')}>
            Turn on
          </Button>
        )}
      </div>
      {!factors.hasPassword && <p className={classes['quiet']}>Set a password first.</p>}
      {asking === 'enable' && <TwoFactorDialog onClose={close} />}
      {asking === 'disable' && (
        <PasswordDialog
          title="Turn two-factor off?"
          text="Signing in will take the password alone."
          action="Turn off"
          danger
          busy={disable.isPending}
          error={disable.error}
          onClose={close}
          onPassword={(password) =>
            disable.mutate(password, {
              onSuccess: () => {
                close()
                renew.reset()
                notifications.show({ message: 'Two-factor is off' })
              },
            })
          }
        />
      )}
      {asking === 'renew' && (
        <PasswordDialog
          title="New recovery codes"
          text="The codes that you have now will stop working."
          action="Make new codes"
          busy={renew.isPending}
          error={renew.error}
          onClose={close}
          onPassword={(password) => renew.mutate(password, { onSuccess: close })}
        />
      )}
    </Section>
  )
}
