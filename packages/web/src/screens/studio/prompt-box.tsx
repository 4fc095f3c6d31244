import { useEffect, useRef, type KeyboardEvent } from 'react'
import { promptHistory } from '#data/preferences.ts'
import { PROMPT_ID } from '#parts/focus-prompt.ts'
import { IconButton } from '#parts/icon-button.tsx'
import classes from './prompt-box.module.css'
import { stepHistory } from './prompt-history.ts'

interface PromptBoxProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** An earlier prompt takes the place of this one. */
  readonly onRecall: (value: string) => void
  readonly onSubmit: () => void
}

/** The box that grows with its text. Enter submits, Shift+Enter breaks the line, ↑ in the empty box brings back prompts. */
export function PromptBox({ value, onChange, onRecall, onSubmit }: PromptBoxProps) {
  const box = useRef<HTMLTextAreaElement>(null)

  // With a mouse there is a keyboard, and the first thing to do is to type; on a phone it would cover the page.
  useEffect(() => {
    if (globalThis.matchMedia('(pointer: fine)').matches) box.current?.focus({ preventScroll: true })
  }, [])

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter takes the suggestion.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      onSubmit()
      return
    }
    if (event.key === 'Escape') event.currentTarget.blur()
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    const next = stepHistory(promptHistory.get(), value, event.key === 'ArrowUp' ? 'older' : 'newer')
    if (next === null) return
    event.preventDefault()
    onRecall(next)
  }

  return (
    <div className={classes['box']}>
      {/* The hidden copy of the text gives the box its height. */}
      <div className={classes['grow']} data-text={`${value} `}>
        <textarea
          ref={box}
          id={PROMPT_ID}
          className={classes['text']}
          aria-label="Prompt"
          placeholder="Describe a picture…"
          rows={1}
          enterKeyHint="send"
          maxLength={32_000}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {value !== '' && (
        <IconButton
          icon="close"
          label="Clear prompt"
          type="button"
          className={classes['clear'] ?? ''}
          iconSize={16}
          onClick={() => {
            onChange('')
            box.current?.focus()
          }}
        />
      )}
    </div>
  )
}
