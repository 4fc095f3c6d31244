// Somebody tries passwords, thousands of them: the account stays its owner's, and the server stays as it was.
import { expect, it } from 'vitest'
import { collectGarbage } from './testing/collect-garbage.ts'
import { openPeople } from './testing/people.ts'

const attempts = 2000
const atOnce = 20
const usual = { signIn: 10, generate: 120, upload: 600, share: 600 }
const mostGrowth = 4 * 1024 * 1024

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

it('LI5: 2,000 wrong passwords are limited, keep nobody out and fill no memory', async () => {
  const { server, user, other, close } = await openPeople({ rates: usual, trustedProxies: ['127.0.0.1'] })
  const signIn = (from: string, email: string, password: string) => {
    const headers = { 'x-forwarded-for': from }
    return server.ask({ method: 'POST', path: '/api/auth/sign-in', headers, body: { email, password } })
  }
  const counts = new Map<number, number>()
  const count = (status: number) => counts.set(status, (counts.get(status) ?? 0) + 1)

  let made = 0
  async function attack(until: number): Promise<void> {
    while (made < until) {
      made += 1
      count((await signIn('203.0.113.66', user.email, `guess number ${made}`)).status)
    }
  }
  const attackers = (until: number) => Promise.all(Array.from({ length: atOnce }, () => attack(until)))

  await attackers(attempts / 4)
  const before = heapBytes()
  const flood = attackers(attempts)
  // Meanwhile, from elsewhere.
  for (const from of ['198.51.100.1', '2001:db8::1']) {
    expect((await signIn(from, user.email, user.password)).status).toBe(200)
  }
  await flood
  expect(heapBytes() - before).toBeLessThan(mostGrowth)

  expect(Object.fromEntries(counts)).toEqual({ 401: usual.signIn, 429: attempts - usual.signIn })
  expect((await signIn('203.0.113.66', user.email, user.password)).status).toBe(429)
  expect((await signIn('203.0.113.66', other.email, other.password)).status).toBe(429)
  expect((await signIn('198.51.100.2', user.email, user.password)).status).toBe(200)
  const rows = await server.pipeline.db.selectFrom('rate_limits').select('key').execute()
  expect(rows.length).toBeLessThan(20)
  await close()
}, 120_000)
