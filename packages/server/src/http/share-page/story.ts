import type { SharedImage } from '@easel/contract'
import { html, type Html } from './html.ts'

type Story = NonNullable<SharedImage['story']>

/** How the picture was made. Nothing where nothing of it is known. */
export function storyOf(story: Story): Html | null {
  const { prompt, negativePrompt, model, seed, parameters } = story
  const facts = [
    ['Model', model],
    ['Seed', seed === null ? null : String(seed)],
    ...Object.entries(parameters).map(([name, value]) => [label(name), plain(value)] as const),
  ] as const
  const known = facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }]))
  if (prompt === null && negativePrompt === null && known.length === 0) return null
  return html`<section class="story" aria-labelledby="story">
    <h2 id="story">How it was made</h2>
    ${prompt !== null && html`<p class="prompt" id="prompt">${prompt}</p> `}${
      negativePrompt !== null &&
      html`<h3>Not wanted</h3>
        <p class="prompt">${negativePrompt}</p> `
    }${
      known.length > 0 &&
      html`<dl>
        ${known.map(
          ({ name, value }) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl> `
    }
  </section> `
}

/** `guidanceScale` and `guidance_scale` as people write it. */
function label(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function plain(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
