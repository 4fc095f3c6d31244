import { PROMPT_ID } from '#parts/focus-prompt.ts'

export interface Inserted {
  readonly text: string
  /** Where to go on typing. */
  readonly caret: number
}

/** A name of a list, or a template with its places to fill in; the caret goes to the first of these. */
export function referenceTo(name: string, places: readonly string[]): Inserted {
  if (places.length === 0) return { text: `__${name}__`, caret: name.length + 4 }
  const head = `__${name}(${places[0] ?? ''}=`
  const rest = places.slice(1).map((place) => `|${place}=`)
  return { text: `${head}${rest.join('')})__`, caret: head.length }
}

/** The text with something put where the caret is, or at its end; a letter before it gets a space. */
export function insertAt(value: string, at: number, { text, caret }: Inserted): Inserted {
  const before = value.slice(0, at)
  const space = /[\p{L}\p{N}_,]$/u.test(before) ? ' ' : ''
  return { text: before + space + text + value.slice(at), caret: before.length + space.length + caret }
}

/** Puts something into the prompt box where its caret is, and goes on there. */
export function insertIntoPrompt(value: string, given: Inserted, onChange: (value: string) => void): void {
  const box = document.querySelector<HTMLTextAreaElement>(`#${PROMPT_ID}`)
  const { text, caret } = insertAt(value, box?.selectionEnd ?? value.length, given)
  onChange(text)
  // After the menu has given the focus back and the box has its new text.
  setTimeout(() => {
    box?.focus()
    box?.setSelectionRange(caret, caret)
  }, 60)
}
