import type { ApiKey } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiKeysQuery, useRevokeApiKey } from '#data/account.ts'
import { wordsOf } from '#data/client.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { dateTime } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { Notice } from '#parts/notice.tsx'
import { Row, Rows } from '#parts/rows.tsx'
import { useNow } from '#parts/use-now.ts'
import { KeyDialog } from './key-dialog.tsx'
import { keyFacts } from './key-values.ts'
import classes from './form.module.css'
import { Section, Sections } from './section.tsx'

const MINUTE = 60_000

/** What programs sign in with. */
export function KeysPart() {
  const apiKeys = useQuery(apiKeysQuery())
  const revoke = useRevokeApiKey()
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const error = apiKeys.error ?? revoke.error
  const list = apiKeys.data ?? []
  const now = useNow(MINUTE, true)
  return (
    <Sections>
      <Section
        title="API keys"
        text="For scripts and programs that work with your library. Each can be revoked by itself."
      >
        {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
        {list.length > 0 && (
          <Rows label="API keys">
            {list.map((key) => (
              <Row key={key.id} name={key.name} facts={keyFacts(key, now, dateTime)}>
                <IconButton icon="trash" label={`Revoke ${key.name}`} onClick={() => setRevoking(key)} />
              </Row>
            ))}
          </Rows>
        )}
        {apiKeys.isSuccess && list.length === 0 && <p className={classes['quiet']}>There are none yet.</p>}
        <div className={classes['buttons']}>
          <Button onClick={() => setMaking(true)}>Make a key</Button>
        </div>
      </Section>
      {making && <KeyDialog onClose={() => setMaking(false)} />}
      {revoking !== null && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          text="Whatever uses this key stops working at once."
          action="Revoke"
          onCancel={() => setRevoking(null)}
          onConfirm={() => {
            revoke.mutate(revoking.id)
            setRevoking(null)
          }}
        />
      )}
    </Sections>
  )
}
