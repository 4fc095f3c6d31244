import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { usageQuery } from '#data/account.ts'
import { wordsOf } from '#data/client.ts'
import { useAuthStatus } from '#data/session.ts'
import { Icon } from '#parts/icon.tsx'
import { Notice } from '#parts/notice.tsx'
import classes from './data-part.module.css'
import form from './form.module.css'
import { Section, Sections } from './section.tsx'
import { metersOf } from './usage-meters.ts'

/** What one has used up, and the way out with all of it. */
export function DataPart() {
  const usage = useQuery(usageQuery())
  const guest = useAuthStatus()?.me?.role === 'guest'
  return (
    <Sections>
      <Section title="Usage">
        {usage.error !== null && <Notice tone="danger">{wordsOf(usage.error)}</Notice>}
        <dl className={classes['meters']} aria-busy={usage.isPending}>
          {(usage.data === undefined ? [] : metersOf(usage.data)).map(({ label, words, share }) => (
            <div key={label} className={classes['meter']}>
              <dt>{label}</dt>
              <dd>{share === null ? `${words} · no limit` : words}</dd>
              {share !== null && (
                <dd className={classes['bar']} data-full={share >= 0.9 || undefined}>
                  <svg width="100%" height="6" aria-hidden="true">
                    <rect className={classes['used']} width={`${share * 100}%`} height="6" rx="3" />
                  </svg>
                </dd>
              )}
            </div>
          ))}
        </dl>
      </Section>
      {!guest && (
        <Section
          title="Take everything with you"
          text="One zip archive with every picture as it was made, and all that is known of it. Another Easel can read it."
        >
          <div className={form['buttons']}>
            <Button
              component="a"
              href="/api/me/export"
              download
              variant="default"
              leftSection={<Icon name="download" />}
            >
              Export
            </Button>
          </div>
        </Section>
      )}
    </Sections>
  )
}
