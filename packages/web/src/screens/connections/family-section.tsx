import type { Connection, ModelDefault, ModelFamily } from '@easel/contract'
import { Select } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useChooseModel } from '#data/connection-mutations.ts'
import { modelDefaultsQuery, modelsQuery } from '#data/queries.ts'
import { useAuthStatus } from '#data/session.ts'
import classes from './family-section.module.css'
import { choicesOf, valueOf, wantedOf } from './family-choices.ts'

interface FamilySectionProps {
  readonly connections: readonly Connection[]
}

const names: Readonly<Record<ModelFamily, string>> = { any: 'Everything', sdxl: 'SDXL', flux: 'FLUX' }

/** Which model draws when a program or a person names only a family, or nothing. */
export function FamilySection({ connections }: FamilySectionProps) {
  const defaults = useQuery(modelDefaultsQuery())
  // Engines are asked for their models when somebody looks for one.
  const [looking, setLooking] = useState(false)
  const lists = useQueries({ queries: connections.map(({ id }) => ({ ...modelsQuery(id), enabled: looking })) })
  const status = useAuthStatus()
  const { role } = status?.me ?? {}
  if (role === 'guest' || defaults.data === undefined || connections.length === 0) return null
  const models = connections.map((_, index) => lists[index]?.data ?? [])
  const look = () => setLooking(true)
  const admin = status?.mode === 'accounts' && role === 'admin'
  return (
    <section className={classes['section']} aria-labelledby="families">
      <h2 id="families" className={classes['heading']}>
        Default models
      </h2>
      <p className={classes['lead']}>What draws when only a family is named, as some programs do, or nothing at all.</p>
      <div className={classes['grid']}>
        {defaults.data.map((one) => (
          <Family key={one.family} chosen={one} whose="own" connections={connections} models={models} onLook={look} />
        ))}
      </div>
      {admin && (
        <>
          <h3 className={classes['sub']}>For everybody who chose nothing</h3>
          <div className={classes['grid']}>
            {defaults.data.map((one) => (
              <Family
                key={one.family}
                chosen={one}
                whose="instance"
                connections={connections}
                models={models}
                onLook={look}
              />
            ))}
          </div>
        </>
      )}
    </section>
  )
}

interface FamilyProps {
  readonly chosen: ModelDefault
  readonly whose: 'own' | 'instance'
  readonly connections: readonly Connection[]
  readonly models: Parameters<typeof choicesOf>[1]
  readonly onLook: () => void
}

function Family({ chosen, whose, connections, models, onLook }: FamilyProps) {
  const choose = useChooseModel(whose)
  const { family } = chosen
  const name = names[family]
  const current = chosen[whose]
  const fallback = whose === 'own' && chosen.instance !== null ? 'As the administrator chose' : 'By its name'
  return (
    <Select
      label={whose === 'own' ? name : `${name}, for everybody`}
      placeholder={family === 'any' ? 'The default engine' : fallback}
      searchable
      clearable
      nothingFoundMessage="No model has that name"
      disabled={choose.isPending}
      onDropdownOpen={onLook}
      data={choicesOf(connections, models, { whose, current })}
      value={current === null ? null : valueOf(current)}
      onChange={(value) =>
        choose.mutate(
          { family, ...wantedOf(value) },
          { onError: (problem) => notifications.show({ message: wordsOf(problem) }) },
        )
      }
    />
  )
}
