import { StartError } from '#base/errors.ts'

/** Runs a program's main part. What a person can mend is said in a sentence; anything else keeps its stack. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
