import type { PromptPartKind } from '@easel/contract'

export const kinds: readonly PromptPartKind[] = ['style', 'template', 'list']

interface KindWords {
  readonly one: string
  readonly many: string
  /** What its text looks like. */
  readonly example: string
  /** What may stand in it. */
  readonly help: string
}

export const kindWords: Readonly<Record<PromptPartKind, KindWords>> = {
  style: {
    one: 'Style',
    many: 'Styles',
    example: '{prompt}, oil on canvas, thick paint',
    help: 'The prompt stands in the place of {prompt}. Without it, this stands behind the prompt.',
  },
  template: {
    one: 'Template',
    many: 'Templates',
    example: 'portrait of {subject}, {mood=calm|wild} light',
    help: '{subject} is a place to fill in; {mood=calm} has something usual. In a prompt: __name(subject=a fox)__.',
  },
  list: {
    one: 'List',
    many: 'Lists',
    example: 'fox\n3::hen\n{brown|black} bear',
    help: 'One to a line. 3:: in front comes three times as often; a line that begins with # says nothing. In a prompt: __name__.',
  },
}
