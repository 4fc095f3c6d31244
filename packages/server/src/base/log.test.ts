import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** What a process of its own writes to standard output with these statements. */
function written(level: string, statements: string): string[] {
  const program = `import { openLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))}
    const log = openLog(${JSON.stringify(level)})
    ${statements}`
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  return output.split('\n').filter((line) => line !== '')
}

it('writes one JSON object a line, and a value cannot forge another', () => {
  const lines = written(
    'info',
    `log.info({ name: 'a\\n{"level":60,"msg":"forged"}\\r\\u2028\\u0000' }, 'line\\nbreak')`,
  )
  expect(lines.length).toBe(1)
  const entry: unknown = JSON.parse(lines[0] ?? '')
  expect(entry).toMatchObject({ level: 30, name: 'a\n{"level":60,"msg":"forged"}\r\u2028\u0000', msg: 'line\nbreak' })
  expect(entry).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/))
  expect(entry).not.toHaveProperty('hostname')
})

it('writes nothing below its level', () => {
  const all = `log.debug('debug'); log.info('info'); log.warn('warn'); log.error('error')`
  expect(written('warn', all).map((line) => Object(JSON.parse(line)).msg)).toEqual(['warn', 'error'])
  expect(written('silent', all)).toEqual([])
})
