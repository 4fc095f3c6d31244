import { retirementWords, type Connection, type ModelInfo } from '@easel/contract'
import { Button, Combobox, useCombobox } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { modelsQuery } from '#data/queries.ts'
import type { Engine } from '#data/use-engine.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './engine-picker.module.css'

interface EnginePickerProps {
  readonly engine: Engine
}

function matches(connection: Connection, model: ModelInfo, search: string): boolean {
  const text = `${connection.name} ${model.label} ${model.id}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Every model of every connected engine, with search. */
export function EnginePicker({ engine }: EnginePickerProps) {
  const { connections, connection, model, choose } = engine
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      setSearch('')
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const label = model?.label ?? connection?.name ?? 'Engine'
  return (
    <Combobox
      store={combobox}
      width={340}
      position="bottom-start"
      shadow="lg"
      classNames={{ dropdown: classes['dropdown'], option: classes['option'], search: classes['search'] }}
      onOptionSubmit={(value) => {
        const [connectionId = '', ...rest] = value.split(' ')
        choose(connectionId, rest.join(' '))
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="subtle"
          className={classes['button'] ?? ''}
          aria-label={`Engine: ${label}`}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          rightSection={<Icon name="down" size={14} />}
          onClick={() => combobox.toggleDropdown()}
        >
          <span className={classes['name']}>
            {connection !== null && model !== null && model.label !== connection.name && (
              <span className={classes['connection']}>{connection.name}</span>
            )}
            <span className={classes['model']}>{label}</span>
          </span>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="Search models"
          placeholder="Search models"
          leftSection={<Icon name="search" size={16} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.updateSelectedOptionIndex()
          }}
        />
        <Options
          connections={connections}
          search={search}
          chosen={`${connection?.id} ${model?.id}`}
          load={combobox.dropdownOpened}
        />
        <Combobox.Footer className={classes['footer'] ?? ''}>
          <Link to="/engines">Manage engines</Link>
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  )
}

interface OptionsProps {
  readonly connections: readonly Connection[]
  readonly search: string
  readonly chosen: string
  /** False keeps the engines from being asked before anybody looks. */
  readonly load: boolean
}

function Options({ connections, search, chosen, load }: OptionsProps) {
  const lists = useQueries({ queries: connections.map((one) => ({ ...modelsQuery(one.id), enabled: load })) })
  const groups = connections.map((connection, index) => ({
    connection,
    list: lists[index],
    models: (lists[index]?.data ?? []).filter((model) => matches(connection, model, search)),
  }))
  const nothing = groups.every(({ models, list }) => models.length === 0 && list?.isSuccess === true)
  return (
    <Combobox.Options className={classes['options'] ?? ''} aria-label="Models">
      {groups.map(({ connection, list, models }) => (
        <Combobox.Group key={connection.id} label={connection.name} classNames={{ groupLabel: classes['group'] }}>
          {list?.isLoading === true && <p className={classes['note']}>Asking for its models…</p>}
          {list?.error != null && <p className={classes['note']}>{wordsOf(list.error)}</p>}
          {models.map((model) => {
            const value = `${connection.id} ${model.id}`
            return (
              <Combobox.Option key={value} value={value} active={value === chosen} selected={value === chosen}>
                <span className={classes['row']}>
                  <span className={classes['title']}>
                    {model.label}
                    {model.priceHint !== undefined && <span className={classes['price']}>{model.priceHint}</span>}
                  </span>
                  {value === chosen && <Icon name="check" size={16} />}
                </span>
                {model.retired !== undefined && (
                  <span className={classes['retired']}>{retirementWords(model.id, model.retired)}</span>
                )}
                {model.description !== undefined && <span className={classes['about']}>{model.description}</span>}
              </Combobox.Option>
            )
          })}
        </Combobox.Group>
      ))}
      {nothing && <Combobox.Empty>No model has that name</Combobox.Empty>}
    </Combobox.Options>
  )
}
