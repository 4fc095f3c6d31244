import { Textarea, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'

interface OwnWordsProps {
  readonly label: string
  readonly value: string
  readonly lines: 'one' | 'many'
  readonly maxLength: number
  readonly onSave: (words: string) => void
}

/** A field that saves itself when it is left; Escape takes back what was typed. */
export function OwnWords({ label, value, lines, maxLength, onSave }: OwnWordsProps) {
  const [text, setText] = useState<string | null>(null)
  const unsaved = useRef<() => void>(() => {})
  useEffect(() => {
    unsaved.current = () => {
      if (text !== null && text.trim() !== value) onSave(text.trim())
    }
  })
  // Going on to the next picture is leaving, too.
  useEffect(() => () => unsaved.current(), [])
  const field = {
    label,
    maxLength,
    autoComplete: 'off',
    value: text ?? value,
    onBlur: () => {
      unsaved.current()
      setText(null)
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.nativeEvent.isComposing) return
      if (event.key === 'Escape') {
        unsaved.current = () => {}
        event.currentTarget.blur()
      }
      if (event.key === 'Enter' && lines === 'one') event.currentTarget.blur()
    },
  }
  return lines === 'one' ? (
    <TextInput {...field} onChange={(event) => setText(event.currentTarget.value)} />
  ) : (
    <Textarea {...field} rows={3} onChange={(event) => setText(event.currentTarget.value)} />
  )
}
