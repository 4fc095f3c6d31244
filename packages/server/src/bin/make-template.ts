import { resolve } from 'node:path'
import { StartError } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { makeDatabaseTemplate } from './database-template.ts'

const [target] = process.argv.slice(2)
if (target === undefined) throw new StartError('Usage: make-template <folder>')
await makeDatabaseTemplate(resolve(target), openLog('warn'))
