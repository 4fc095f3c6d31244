import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { wordsOf } from '#data/client.ts'
import type { Draft } from '#data/draft.ts'
import { mayVary } from '#data/prompt-letters.ts'
import { previewQuery } from '#data/prompts.ts'
import classes from './prompt-hint.module.css'

const PAUSE = 350

/** What a prompt that may vary becomes, as quiet lines below it; nothing for any other. */
export function PromptHint({ draft: { prompt, styles, seed } }: { readonly draft: Draft }) {
  const [asked] = useDebouncedValue(JSON.stringify({ prompt, styles, seed }), PAUSE)
  const worth = prompt.trim() !== '' && (mayVary(prompt) || styles.length > 0)
  const settled = asked === JSON.stringify({ prompt, styles, seed })
  const request = { prompt, styles, ...(seed === null ? {} : { seed }) }
  const { data, error, isPlaceholderData } = useQuery({ ...previewQuery(request), enabled: worth && settled })
  if (!worth) return null
  if (error !== null && settled) {
    return (
      <p className={classes['fault']} role="status">
        {wordsOf(error)}
      </p>
    )
  }
  if (data === undefined || !data.varies) return null
  const examples = [...new Set(data.prompts)]
  return (
    <div className={classes['hint']} data-old={isPlaceholderData || undefined}>
      <span className={classes['title']} id="prompt-examples">
        {examples.length === 1 ? 'Becomes' : 'Becomes, for example'}
      </span>
      <ul className={classes['examples']} aria-labelledby="prompt-examples">
        {examples.map((example) => (
          <li key={example} title={example}>
            {example}
          </li>
        ))}
      </ul>
    </div>
  )
}
