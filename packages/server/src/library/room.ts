import { EaselError } from '#base/errors.ts'
import type { Storage } from '#storage/spec/storage.ts'

/** Refuses new work while the disk is nearly full. @throws EaselError `disk-full` */
export async function checkRoom({
  storage,
  minFreeBytes,
}: {
  readonly storage: Storage
  readonly minFreeBytes: number
}): Promise<void> {
  const free = await storage.free()
  if (free === null || free >= minFreeBytes) return
  const megabytes = Math.floor(free / 1024 ** 2)
  throw new EaselError(
    'disk-full',
    `Only ${megabytes} MB are free where Easel keeps its data. Make room, then try again.`,
  )
}
