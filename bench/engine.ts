// An engine in a process of its own, that answers at once with a picture of 2.7 MB. Prints its address.
import { encodePng } from '../packages/server/src/media/pixels.ts'
import { startFakeOpenAi } from '../packages/server/src/providers/openai/fake-openai.ts'
import { noise, side } from './picture.ts'

const engine = await startFakeOpenAi({ picture: await encodePng(noise(), side, side), ignoresStream: true })
console.log(engine.apiUrl)
