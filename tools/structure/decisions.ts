import { filesUnder, textOf } from './tree.ts'

const headings = ['Context', 'Choice', 'What gets harder', 'When to revisit']

/** A record of a decision has a dated name and says the same four things. */
export function decisionProblems(root: string): readonly string[] {
  return filesUnder(root, 'docs/decisions').flatMap((file) => {
    if (!/\/\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$/.test(file)) return [`${file}: call it YYYY-MM-DD-slug.md`]
    const text = textOf(root, file)
    const missing = headings.filter((heading) => !new RegExp(`^## ${heading}$`, 'm').test(text))
    return missing.map((heading) => `${file} has no heading "## ${heading}"`)
  })
}
