import { appendFileSync } from 'node:fs'

const [what, code] = process.argv.slice(2)
const line = [process.argv.slice(2).join(' '), process.env.EASEL_DATABASE_TEMPLATE ?? '-'].join(' | ')
appendFileSync(`${process.env.FAKE_ROOT}/serve.trace`, `${line}\n`)

if (what === 'exit') process.exitCode = Number(code)
if (what === 'wait') {
  const forever = setInterval(() => {}, 1000)
  process.on('SIGTERM', () => {
    clearInterval(forever)
    process.exitCode = 7
  })
}
console.log('serving')
