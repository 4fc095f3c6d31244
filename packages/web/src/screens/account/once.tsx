import { Button } from '@mantine/core'
import { copyText } from '#parts/copy-text.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './once.module.css'

interface OnceProps {
  /** What it is, as in “Key copied”. */
  readonly what: string
  readonly lines: readonly string[]
  /** With it the lines can be kept as a file of that name. */
  readonly filename?: string
}

/** Something that is shown now and never again. */
export function Once({ what, lines, filename }: OnceProps) {
  const text = lines.join('\n')
  return (
    <div className={classes['once']}>
      <code className={classes['lines']} data-many={lines.length > 1 || undefined}>
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </code>
      <div className={classes['buttons']}>
        <Button variant="default" leftSection={<Icon name="copy" />} onClick={() => void copyText(text, what)}>
          Copy
        </Button>
        {filename !== undefined && (
          <Button variant="default" leftSection={<Icon name="download" />} onClick={() => save(text, filename)}>
            Download
          </Button>
        )}
      </div>
    </div>
  )
}

function save(text: string, filename: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  URL.revokeObjectURL(url)
}
