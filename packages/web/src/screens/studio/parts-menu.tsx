import type { PromptPartEntry } from '@easel/contract'
import { Button, Menu } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Draft } from '#data/draft.ts'
import { promptPartsQuery } from '#data/prompts.ts'
import { Icon } from '#parts/icon.tsx'
import { insertIntoPrompt, referenceTo } from './insert-text.ts'
import classes from './parts-menu.module.css'

/** As many as a request takes. */
const MOST = 10

interface PartsMenuProps {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
}

/** Styles to put around the prompt, and templates and lists to put into it. */
export function PartsMenu({ draft, onChange }: PartsMenuProps) {
  const phone = useMediaQuery('(width < 720px)') ?? false
  const { data = [] } = useQuery(promptPartsQuery())
  const of = (kind: PromptPartEntry['kind']) => data.filter((part) => part.kind === kind)
  const styles = of('style')
  const insert = ({ name, places }: PromptPartEntry) =>
    insertIntoPrompt(draft.prompt, referenceTo(name, places), (prompt) => onChange({ prompt }))
  const toggle = (name: string) => {
    const on = draft.styles.includes(name)
    onChange({ styles: on ? draft.styles.filter((other) => other !== name) : [...draft.styles, name] })
  }
  return (
    <Menu width={260} position="bottom-start">
      <Menu.Target>
        <Button variant="subtle" leftSection={<Icon name="palette" />} aria-label="Styles, templates and lists">
          {!phone && 'Styles'}
          {draft.styles.length > 0 && <span className={classes['count']}>{draft.styles.length}</span>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes['menu'] ?? ''}>
        {styles.length > 0 && <Menu.Label>Styles</Menu.Label>}
        {styles.map(({ id, name }) => (
          <Menu.CheckboxItem
            key={id}
            checked={draft.styles.includes(name)}
            closeMenuOnClick={false}
            disabled={draft.styles.length >= MOST && !draft.styles.includes(name)}
            onChange={() => toggle(name)}
          >
            {name}
          </Menu.CheckboxItem>
        ))}
        <Insertable label="Templates" parts={of('template')} onPick={insert} />
        <Insertable label="Lists" parts={of('list')} onPick={insert} />
        {data.length === 0 && (
          <p className={classes['empty']}>
            Styles go around a prompt, templates and lists into it. In braces too there is a choice: {'{red|green}'}.
          </p>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="edit" />} component={Link} to="/prompts">
          {data.length === 0 ? 'Make one' : 'All of them'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

interface InsertableProps {
  readonly label: string
  readonly parts: readonly PromptPartEntry[]
  readonly onPick: (part: PromptPartEntry) => void
}

function Insertable({ label, parts, onPick }: InsertableProps) {
  if (parts.length === 0) return null
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {parts.map((part) => (
        <Menu.Item key={part.id} onClick={() => onPick(part)}>
          {part.name}
        </Menu.Item>
      ))}
    </>
  )
}
