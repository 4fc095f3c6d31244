import classes from './progress-line.module.css'

interface ProgressLineProps {
  readonly label: string
  /** 0 to 1, or null while nothing is known. */
  readonly value: number | null
}

/** A thin bar that fills; without a value it glides. */
export function ProgressLine({ label, value }: ProgressLineProps) {
  const percent = value === null ? undefined : Math.round(value * 100)
  return (
    <div
      className={classes['track']}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-unknown={value === null || undefined}
    >
      <div className={classes['bar']} style={value === null ? undefined : { transform: `scaleX(${value})` }} />
    </div>
  )
}
