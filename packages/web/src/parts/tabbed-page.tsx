import { Link, useLocation, type LinkProps } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import classes from './tabbed-page.module.css'

export interface Tab {
  readonly to: NonNullable<LinkProps['to']>
  readonly label: string
}

interface TabbedPageProps {
  readonly title: string
  readonly lead: string | null
  /** What screen readers call the tabs. */
  readonly label: string
  readonly tabs: readonly Tab[]
  /** For tables, which need more room than forms. */
  readonly wide?: boolean
  readonly children: ReactNode
}

/** A page of several parts, each with an address of its own. */
export function TabbedPage({ title, lead, label, tabs, wide = false, children }: TabbedPageProps) {
  return (
    <div className={classes['page']} data-wide={wide || undefined}>
      <header>
        <h1 className={classes['title']}>{title}</h1>
        {lead !== null && <p className={classes['lead']}>{lead}</p>}
      </header>
      <Tabs label={label} tabs={tabs} />
      {children}
    </div>
  )
}

function Tabs({ label, tabs }: Pick<TabbedPageProps, 'label' | 'tabs'>) {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a narrow screen the last ones are out of sight.
  useEffect(() => {
    nav.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [pathname])
  return (
    <nav ref={nav} className={classes['tabs']} aria-label={label}>
      {tabs.map(({ to, label: name }) => (
        <Link
          key={to}
          to={to}
          className={classes['tab']}
          activeProps={{ 'data-active': true }}
          activeOptions={{ exact: true }}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
