import type { AuthStatus } from '@easel/contract'
import { Button, Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { faultsOf } from '#data/form-faults.ts'
import { canUsePasskeys } from '#data/passkeys.ts'
import { useAuthStatus, useBeginAsGuest, usePasskeySignIn, useSignIn } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { Card, CardForm } from './card.tsx'
import { SecondFactorForm } from './second-factor-form.tsx'
import classes from './sign-in-screen.module.css'
import { ssoWords } from './sso-words.ts'
import { TextLink } from './text-link.tsx'
import { useArrive } from './use-arrive.ts'

/** Every way in that this server has. */
export function SignInScreen() {
  const status = useAuthStatus()
  const { to, sso } = useSearch({ strict: false })
  const [second, setSecond] = useState(false)
  if (status === undefined) return null
  if (second) return <SecondFactorForm onBack={() => setSecond(false)} />
  return (
    <Card
      title="Sign in"
      foot={
        status.signUp === 'open' && (
          <span>
            New here?{' '}
            <TextLink to="/sign-up" wanted={to}>
              Make an account
            </TextLink>
          </span>
        )
      }
    >
      {sso !== undefined && <Notice tone="danger">{ssoWords(sso)}</Notice>}
      {status.me?.role === 'guest' && (
        <Notice tone="quiet">Sign in to your account, and the pictures you made as a guest move there.</Notice>
      )}
      <PasswordForm wanted={to} onSecond={() => setSecond(true)} />
      <OtherWays status={status} />
    </Card>
  )
}

interface PasswordFormProps {
  readonly wanted: string | undefined
  readonly onSecond: () => void
}

function PasswordForm({ wanted, onSecond }: PasswordFormProps) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [remember, setRemember] = useState(true)
  const signIn = useSignIn()
  const arrive = useArrive()
  const { general, fields } = faultsOf(signIn.error, ['email', 'password'])
  return (
    <CardForm
      label="Sign in"
      fault={general}
      onSubmit={() =>
        signIn.mutate(
          { email: email.trim(), password, remember },
          { onSuccess: ({ secondFactor }) => (secondFactor ? onSecond() : arrive()) },
        )
      }
    >
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username webauthn"
        required
        withAsterisk={false}
        value={email}
        error={fields['email']}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        error={fields['password']}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <div className={classes['line']}>
        <Checkbox
          label="Stay signed in"
          checked={remember}
          onChange={(event) => setRemember(event.currentTarget.checked)}
        />
        <TextLink to="/forgot-password" wanted={wanted}>
          Forgot password?
        </TextLink>
      </div>
      <Button type="submit" fullWidth loading={signIn.isPending}>
        Sign in
      </Button>
    </CardForm>
  )
}

function OtherWays({ status }: { readonly status: AuthStatus }) {
  const passkey = usePasskeySignIn()
  const guest = useBeginAsGuest()
  const arrive = useArrive()
  const byPasskey = status.passkeys && canUsePasskeys()
  const byGuest = status.guests && status.me === null
  const error = passkey.error ?? guest.error
  if (!byPasskey && !byGuest && status.singleSignOn === null) return null
  return (
    <div className={classes['others']}>
      <p className={classes['or']}>or</p>
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      {status.singleSignOn !== null && (
        <Button component="a" href="/api/auth/oidc" variant="default" fullWidth>
          {status.singleSignOn}
        </Button>
      )}
      {byPasskey && (
        <Button
          variant="default"
          fullWidth
          loading={passkey.isPending}
          onClick={() => passkey.mutate(undefined, { onSuccess: arrive })}
        >
          Sign in with a passkey
        </Button>
      )}
      {byGuest && (
        <Button
          variant="default"
          fullWidth
          loading={guest.isPending}
          onClick={() => guest.mutate(undefined, { onSuccess: arrive })}
        >
          Continue as guest
        </Button>
      )}
    </div>
  )
}
