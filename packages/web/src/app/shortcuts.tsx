import { Modal } from '@mantine/core'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './shortcuts.module.css'

interface ShortcutsProps {
  readonly onClose: () => void
}

const groups = [
  {
    title: 'Everywhere',
    keys: [
      ['/', 'Write a prompt; in the Library: search'],
      ['G then S', 'Go to the Studio'],
      ['G then L', 'Go to the Library'],
      ['G then E', 'Go to the Engines'],
      ['?', 'Show this list'],
    ],
  },
  {
    title: 'Prompt',
    keys: [
      ['Enter', 'Generate'],
      ['Shift + Enter', 'New line'],
      ['↑', 'In the empty box: earlier prompts'],
    ],
  },
  {
    title: 'Pictures',
    keys: [
      ['← → ↑ ↓', 'Move between pictures'],
      ['Enter', 'Open'],
      ['Space', 'Select; with Shift up to here'],
      ['Ctrl + A', 'Select all'],
      ['Alt + ← →', 'In an album: move the picture'],
      ['Delete', 'Move to the trash'],
      ['+ − Z', 'Zoom in, out, fit'],
      ['F', 'Favourite'],
      ['1 to 5, 0', 'Stars, none'],
      ['I', 'Details'],
      ['Esc', 'Close'],
    ],
  },
] as const

export function Shortcuts({ onClose }: ShortcutsProps) {
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size={480}>
      {groups.map(({ title, keys }) => (
        <section key={title} className={classes['group']}>
          <h3 className={classes['title']}>{title}</h3>
          <dl className={classes['list']}>
            {keys.map(([key, meaning]) => (
              <div key={key} className={classes['row']}>
                <dt>
                  <kbd className={classes['key']}>{key}</kbd>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}
