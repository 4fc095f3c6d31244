const told = 2000

/** A button beside the prompt that copies it, where the browser lets a page copy: not on one that came by plain http. */
export function offerCopy(): void {
  const prompt = document.querySelector('#prompt')
  const heading = document.querySelector('#story')
  if (prompt === null || heading === null || !window.isSecureContext) return
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = 'Copy prompt'
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(prompt.textContent).then(
      () => say(button, 'Copied'),
      () => say(button, 'Not copied'),
    )
  })
  heading.after(button)
}

function say(button: HTMLButtonElement, words: string): void {
  button.textContent = words
  button.setAttribute('aria-live', 'polite')
  setTimeout(() => (button.textContent = 'Copy prompt'), told)
}
