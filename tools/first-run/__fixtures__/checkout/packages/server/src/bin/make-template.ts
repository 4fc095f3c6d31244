import { appendFileSync, mkdirSync } from 'node:fs'

appendFileSync(`${process.env.FAKE_ROOT}/template.trace`, 'made\n')
if (process.env.FAKE_TEMPLATE === 'fails') {
  console.error('no memory')
  process.exit(1)
}
mkdirSync(process.argv[2] ?? '')
