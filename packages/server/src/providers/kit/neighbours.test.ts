// What went wrong in programs like this one with addresses that people give, see docs/security.md.
import { expect, it } from 'vitest'
import { checkAddress, checkUrl } from './guard.ts'

const cases: readonly (readonly [string, string])[] = [
  ['CVE-2026-31943', 'http://[::ffff:169.254.169.254]/latest/meta-data'],
  ['CVE-2026-31943', 'http://[::ffff:a9fe:a9fe]/'],
  ['CVE-2025-24354', 'http://0.0.0.0:8188/'],
  ['CVE-2025-24354', 'http://0/'],
  ['CVE-2023-30019', 'http://127.1:5432/'],
  ['CVE-2026-34225', 'http://169.254.169.254/latest/api/token'],
  ['CVE-2026-46372', 'http://2130706433/v1/models'],
  ['CVE-2026-45400', 'http://①②⑦.0.0.1/'],
  ['CVE-2026-45400', 'http://0x7f.1/'],
  ['CVE-2026-45400', 'http:\\\\127.0.0.1\\'],
  ['CVE-2026-45400', 'http://public.example@127.0.0.1/'],
  ['CVE-2026-45400', 'http://127.0.0.1\t/'],
]
it.each(cases)('%s: %j is refused before anything is asked', (_, url) => {
  expect(() => checkUrl(url)).toThrow(/not on the public internet|user name or password/)
})

it.each(['169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '0.0.0.0', '::'])(
  'CVE-2026-34225: a public name that means %s is refused',
  async (address) => {
    const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }]
    await expect(checkAddress('https://pictures.example/', resolve)).rejects.toThrow(/not on the public internet/)
  },
)

it('CVE-2026-56398: a picture that is written in its own address is refused', () => {
  expect(() => checkUrl('data:image/svg+xml;base64,PHN2Zy8+')).toThrow(/Only http and https/)
})
