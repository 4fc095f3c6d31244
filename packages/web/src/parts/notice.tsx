import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import classes from './notice.module.css'

interface NoticeProps {
  readonly tone: 'quiet' | 'warning' | 'danger'
  readonly title?: string
  readonly children: ReactNode
}

/** Words that stand out from the text around them. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={classes['notice']} data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon name={tone === 'quiet' ? 'info' : 'warning'} />
      <div className={classes['words']}>
        {title !== undefined && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  )
}
