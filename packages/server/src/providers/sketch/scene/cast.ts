import { afloat } from './afloat.ts'
import { aloft } from './aloft.ts'
import { bridge } from './bridge.ts'
import type { Entrance, Entry } from './entry.ts'
import { roleOf } from './roles.ts'
import type { Plane, Stage } from './stage.ts'
import { standing } from './standing.ts'

/** Puts each subject where it belongs: on the ground, on the water, in the air. */
export function cast(stage: Stage, planes: readonly Plane[], heroX: number): Entrance[] {
  const result: Entrance[] = []
  const grounded = stage.reading.subjects.filter((subject) =>
    ['near', 'mid', 'tree'].includes(roleOf(subject.kind).zone),
  )
  for (const [index, subject] of stage.reading.subjects.entries()) {
    const pick = stage.random.fork(`subject ${index} ${subject.kind}`)
    const first = grounded[0] === undefined || grounded[0] === subject
    // The second subject goes to the other third, the next ones between.
    const x = first ? heroX : stage.frame.width - heroX + stage.frame.width * 0.13 * ((index % 3) - 1)
    result.push(...enter(stage, planes, { subject, pick, x }))
  }
  return result
}

function enter(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { kind } = entry.subject
  const role = roleOf(kind)
  const floating = stage.place === 'space' || stage.place === 'underwater'
  if (kind === 'bridge') return bridge(stage, planes)
  if (kind === 'flower' || kind === 'reed') return []
  if ((kind === 'pine' || kind === 'tree' || kind === 'birch') && stage.place === 'forest') return []
  if (kind === 'palm' && stage.place === 'island') return []
  if (
    role.zone === 'sky' ||
    role.zone === 'deep' ||
    floating ||
    (kind === 'whale' && !planes.some((plane) => plane.water))
  )
    return aloft(stage, planes, entry)
  if (role.zone === 'water') return afloat(stage, planes, entry)
  return standing(stage, planes, entry)
}
