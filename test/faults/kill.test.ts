import { expect, it, onTestFailed } from 'vitest'
import { expectNothingLost } from './kill-invariants.ts'
import { runKills } from './kill-run.ts'

it(
  'GN1, GN2, GN4, GN6: loses nothing, doubles nothing and pays once, killed 20 times at any moment',
  { timeout: 600_000 },
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    onTestFailed(() => console.error(`The moments were those of seed ${seed}`))
    const report = await runKills({ kills: 20, seed })
    expect(report.accepted.length).toBeGreaterThan(20)
    expectNothingLost(report)
  },
)
