import { expect, it, onTestFailed } from 'vitest'
import { expectNothingLost } from './kill-invariants.ts'
import { runKills } from './kill-run.ts'

it(
  'GN1, GN2, GN4, GN6: loses nothing, doubles nothing and pays once, killed 200 times at any moment',
  { timeout: 3_600_000 },
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    onTestFailed(() => console.error(`The moments were those of seed ${seed}`))
    const report = await runKills({ kills: 200, seed })
    const { accepted, images, swept, charges } = report
    const interrupted = report.generations.filter(({ reason }) => reason === 'interrupted').length
    console.log(
      `seed ${seed}: 200 kills, ${accepted.length} accepted, ${images} images, ${charges.size} paid calls, ` +
        `${interrupted} interrupted, ${swept.adopted} adopted and ${swept.removed} removed by the sweep`,
    )
    expectNothingLost(report)
    // How many get in between two kills is the machine's speed; without any there is nothing to lose.
    expect(accepted.length).toBeGreaterThan(50)
  },
)
