/** Ratios that engines write with a fraction, which a request cannot, by the whole numbers that mean the same. */
const names: readonly (readonly [whole: string, engines: string])[] = [
  ['6:13', '9:19.5'],
  ['13:6', '19.5:9'],
  ['47:20', '2.35:1'],
]

/** The ratio in whole numbers, as people ask for it. */
export function wholeRatio(ratio: string): string {
  return names.find(([, engines]) => engines === ratio)?.[0] ?? ratio
}

/** The same as the engine writes it. */
export function enginesRatio(ratio: string): string {
  return names.find(([whole]) => whole === ratio)?.[1] ?? ratio
}
