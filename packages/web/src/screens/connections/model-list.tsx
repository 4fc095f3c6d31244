import { retirementWords, type Connection, type ModelInfo } from '@easel/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { modelsQuery } from '#data/queries.ts'
import { capabilityWords } from '#parts/capability-words.ts'
import { dollars } from '#parts/format.ts'
import classes from './model-list.module.css'

interface ModelListProps {
  readonly connection: Connection
}

/** What a picture of a model costs, where one price holds for all of them; else what the engine says of it. */
function priceOf({ prices }: Connection, { id, priceHint }: ModelInfo): string {
  const mine = prices.filter(({ model }) => model === id)
  const fitting = mine.length > 0 ? mine : prices.filter(({ model }) => model === undefined)
  const amounts = fitting.map(({ amount }) => amount)
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)]
  if (amounts.length === 0) return priceHint ?? ''
  return least === most ? dollars(least) : `${dollars(least)} to ${dollars(most)}`
}

/** The models of an engine and what each can do. The engine is asked when somebody looks. */
export function ModelList({ connection }: ModelListProps) {
  const [open, setOpen] = useState(false)
  const models = useQuery({ ...modelsQuery(connection.id), enabled: open })
  return (
    <details className={classes['models']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Models</summary>
      {models.isLoading && <p className={classes['note']}>Asking for its models…</p>}
      {models.error !== null && <p className={classes['note']}>{wordsOf(models.error)}</p>}
      <ul className={classes['list']} aria-label={`Models of ${connection.name}`}>
        {(models.data ?? []).map((model) => (
          <li key={model.id}>
            <span className={classes['name']}>
              {model.label}
              <span className={classes['price']}>{priceOf(connection, model)}</span>
            </span>
            <span className={classes['able']}>{capabilityWords(model.capabilities)}</span>
            {model.retired !== undefined && (
              <span className={classes['retired']}>{retirementWords(model.id, model.retired)}</span>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
