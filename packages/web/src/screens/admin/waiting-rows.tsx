import classes from './waiting-rows.module.css'

/** Holds the place of a list that is being loaded. */
export function WaitingRows({ label }: { readonly label: string }) {
  return (
    <div className={classes['rows']} role="status" aria-label={label}>
      <span />
      <span />
      <span />
    </div>
  )
}
