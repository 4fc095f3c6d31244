import classes from './logo.module.css'

interface LogoProps {
  readonly size?: number
}

/** The mark: a canvas with a landscape, standing on an easel. */
export function Logo({ size = 32 }: LogoProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round">
        <path d="M16 3v3M11.5 23.5 8 29.5M20.5 23.5l3.5 6M16 23.5v4.5M4.5 23.2h23" />
      </g>
      <rect className={classes['sheet']} x="6.5" y="6" width="19" height="14.4" rx="2" />
      <circle className={classes['paint']} cx="20.2" cy="10.8" r="2" />
      <path className={classes['paint']} d="m9.3 17.6 4.2-5.6 3.2 3.4 2-1.6 4 3.8z" />
    </svg>
  )
}
