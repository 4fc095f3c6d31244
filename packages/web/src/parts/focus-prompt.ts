export const PROMPT_ID = 'prompt'
const FRAMES = 60

/** Puts the cursor into the prompt box, waiting up to a second for a screen that is still being loaded. */
export function focusPrompt(): void {
  let left = FRAMES
  const attempt = () => {
    const box = document.querySelector<HTMLTextAreaElement>(`#${PROMPT_ID}`)
    if (box !== null) box.focus()
    else if ((left -= 1) > 0) requestAnimationFrame(attempt)
  }
  attempt()
}
