import { Button, Menu } from '@mantine/core'
import { Fragment } from 'react'
import { Icon } from '#parts/icon.tsx'
import classes from './search-bar.module.css'
import { filterWords } from './search-text.ts'

interface FilterMenuProps {
  readonly filters: readonly string[]
  readonly onAdd: (filter: string) => void
}

/** The common ones. Each shows how it is typed, which teaches the others. */
const groups = [
  ['is:favourite', 'rating:3', 'rating:5'],
  ['ratio:portrait', 'ratio:landscape', 'ratio:square'],
  ['source:generated', 'source:upload', 'source:import'],
] as const

export function FilterMenu({ filters, onAdd }: FilterMenuProps) {
  return (
    <Menu width={290}>
      <Menu.Target>
        <Button variant="default" type="button" leftSection={<Icon name="sliders" />}>
          Filter
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map((group, index) => (
          <Fragment key={group[0]}>
            {index > 0 && <Menu.Divider />}
            {group.map((filter) => (
              <Menu.Item
                key={filter}
                disabled={filters.includes(filter)}
                rightSection={<code className={classes['typed']}>{filter}</code>}
                onClick={() => onAdd(filter)}
              >
                {filterWords(filter)}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
        <Menu.Divider />
        <p className={classes['help']}>
          Type also <code>tag:swan</code>, <code>model:</code>, <code>seed:</code>, <code>before:2026-11</code>,{' '}
          <code>size:&gt;=2000</code>, <code>"exact words"</code>, <code>-without</code>
        </p>
      </Menu.Dropdown>
    </Menu>
  )
}
