import { appendFileSync } from 'node:fs'

appendFileSync(`${process.env.FAKE_ROOT}/test.trace`, `${process.env.EASEL_CHROMIUM ?? '-'}\n`)
