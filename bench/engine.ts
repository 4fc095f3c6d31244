// An engine in a process of its own, that answers at once with a picture of 2.7 MB. Prints its address.
import { startFakeOpenAi } from '../packages/server/src/providers/openai/fake-openai.ts'
import { detailedPicture } from './picture.ts'

const engine = await startFakeOpenAi({ picture: await detailedPicture(), ignoresStream: true })
console.log(engine.apiUrl)
