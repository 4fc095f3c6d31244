import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Navigate, useSearch } from '@tanstack/react-router'
import { factorsQuery, useConnectSingleSignOn } from '#data/account.ts'
import { wordsOf } from '#data/client.ts'
import { useAuthStatus } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { ssoWords } from '#screens/sign-in/sso-words.ts'
import { DeleteAccountSection } from './delete-account-section.tsx'
import classes from './form.module.css'
import { PasskeysSection } from './passkeys-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { Section, Sections } from './section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { TwoFactorSection } from './two-factor-section.tsx'

/** Who one is here, and what guards it. */
export function AccountPart() {
  const status = useAuthStatus()
  const { sso } = useSearch({ strict: false })
  const me = status?.me
  const person = me !== undefined && me !== null && me.role !== 'guest' && me.mode === 'accounts'
  const factors = useQuery({ ...factorsQuery(), enabled: person })
  if (!person) return <Navigate to="/settings/data" replace />
  return (
    <Sections>
      {sso !== undefined && <Notice tone="danger">{ssoWords(sso)}</Notice>}
      {factors.error !== null && <Notice tone="danger">{wordsOf(factors.error)}</Notice>}
      <ProfileSection me={me} />
      <PasswordSection me={me} />
      {factors.data !== undefined && <TwoFactorSection factors={factors.data} />}
      {status?.passkeys === true && <PasskeysSection />}
      {status?.singleSignOn !== null && factors.data !== undefined && (
        <SingleSignOnSection name={status?.singleSignOn ?? ''} connected={factors.data.singleSignOn} />
      )}
      <SessionsSection />
      <DeleteAccountSection me={me} />
    </Sections>
  )
}

function SingleSignOnSection({ name, connected }: { readonly name: string; readonly connected: boolean }) {
  const connect = useConnectSingleSignOn()
  return (
    <Section title="Single sign-on" text={connected ? 'Connected to this account.' : 'Not connected to this account.'}>
      {connect.error !== null && <Notice tone="danger">{wordsOf(connect.error)}</Notice>}
      {!connected && (
        <div className={classes['buttons']}>
          <Button variant="default" loading={connect.isPending} onClick={() => connect.mutate()}>
            Connect: {name}
          </Button>
        </div>
      )}
    </Section>
  )
}
