/** The value below which `part` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`

/** `p50 12.3 ms, p99 45.6 ms` */
export function spread(values: readonly number[]): string {
  return `p50 ${milliseconds(quantile(values, 0.5))}, p99 ${milliseconds(quantile(values, 0.99))}`
}

/** One line of the report: what was measured, what came out, and the aim where there is one. */
export function report(what: string, figures: string, aim?: string): void {
  console.log(`${what.padEnd(46)} ${figures}${aim === undefined ? '' : `   (aim: ${aim})`}`)
}
