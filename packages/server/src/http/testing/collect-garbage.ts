import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'

setFlagsFromString('--expose-gc')

/** Lets go of everything that nobody holds, so that what is left can be measured. */
export const collectGarbage = z.function({ input: [], output: z.unknown() }).implement(runInNewContext('gc'))
