import { readFile } from 'node:fs/promises'

/** Clock ticks of Linux are hundredths of a second wherever Node.js runs. */
const tickMs = 10

/** Milliseconds of processor time that a process has used, all its threads together; null where the system does not tell. */
export async function processorTime(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // Fields 14 and 15 of proc(5); the second field, in brackets, may hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) * tickMs
}
