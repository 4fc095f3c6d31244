// A process for tests that takes a folder and keeps it until it is killed. Says `taken`, or why not.
import { StartError } from '#base/errors.ts'
import { lockFolder } from './folder-lock.ts'

// Racing processes wait for the same moment, which the test names.
const startAt = Number(process.argv[3] ?? 0)
while (Date.now() < startAt);
try {
  lockFolder(process.argv[2] ?? '')
  process.stdout.write('taken\n')
  setInterval(() => {}, 60_000)
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stdout.write(`${error.message}\n`)
}
