import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'

appendFileSync(`${process.env.FAKE_ROOT}/vite.trace`, `${process.argv.slice(2).join(' ')}\n`)
if (process.env.FAKE_VITE === 'fails') {
  console.error('a screen has a syntax error')
  process.exit(1)
}
mkdirSync('dist', { recursive: true })
writeFileSync('dist/index.html', '<p></p>')
