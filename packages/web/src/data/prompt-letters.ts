const sign = /[{}|]|__|::|\\+(?=[{}|]|__|::)/g
/** What the language would read: a bar in braces, a weight, a name, a backslash before a sign. */
const looksAlike = /\{[^]*(?:\||\d::)[^]*\}|__[\p{L}\p{N}]|\\(?:[{}|]|__|::)/u

/** The prompt with its signs as mere letters, where they could say what may vary. */
export function asLetters(prompt: string): string {
  if (!looksAlike.test(prompt)) return prompt
  // Before a sign two backslashes are one.
  return prompt.replaceAll(sign, (found) => (found.startsWith('\\') ? found + found : `\\${found}`))
}

/** Whether it is worth asking what a prompt becomes. */
export const mayVary = (prompt: string): boolean => looksAlike.test(prompt) || /\{[^}]*$/.test(prompt)
