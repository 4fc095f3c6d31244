// What a provider that asks for words in OpenAI's protocol shows of it to the contract suite.
import type { WritingBehaviour, WritingFixtures } from '../spec/writing-suite.ts'
import type { FakeEngine } from './fake-engine.ts'
import { isChat } from './fake-chat.ts'

/** What a fake engine is told to do wrong. */
export type ChatFailure = Exclude<WritingBehaviour, 'normal' | 'stalled'> | 'stall'

interface ChatShown {
  readonly model: string
  /** The field that holds the most that may be written. */
  readonly limit: 'max_tokens' | 'max_completion_tokens'
  /** `apiUrl` is what a connection is given where that is not the root of the engine. */
  start(failing: {
    readonly failure?: ChatFailure
  }): Promise<Pick<FakeEngine, 'requests' | 'close' | 'baseUrl'> & { readonly apiUrl?: string }>
}

const maxTokens = 4000
const instructions = 'Say more.'
const text = 'a fox'
/** The suite's picture, as this protocol sends it. */
const picture = { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQID' } }

export function chatFixtures({ model, limit, start }: ChatShown): WritingFixtures {
  const call = (content: unknown) => ({
    model,
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
    [limit]: maxTokens,
  })
  return {
    request: { model, instructions, text, maxTokens },
    async start(behaviour) {
      const failure = behaviour === 'stalled' ? 'stall' : behaviour
      const fake = await start(failure === 'normal' ? {} : { failure })
      const asked = () => fake.requests.filter(({ path }) => isChat(path))
      return {
        baseUrl: fake.apiUrl ?? fake.baseUrl,
        calls: () => asked().map((seen) => seen.json()),
        close: () => fake.close(),
      }
    },
    expectedCall: call(text),
    expectedCallWithPicture: call([{ type: 'text', text }, picture]),
  }
}
