/** Writes times as the visitor's own clock shows them. */
export function showLocalTimes(root: ParentNode): void {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' })
  for (const element of root.querySelectorAll('time')) element.textContent = format.format(new Date(element.dateTime))
}
