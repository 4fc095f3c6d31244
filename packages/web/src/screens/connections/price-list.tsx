import { Button, NumberInput, TextInput } from '@mantine/core'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { emptyPrice, type PriceRow } from './connection-values.ts'
import classes from './price-list.module.css'

interface PriceListProps {
  readonly rows: readonly PriceRow[]
  /** Ids of models to choose from; any other may be typed. */
  readonly models: readonly string[]
  /** What is wrong with it, or undefined. */
  readonly error: string | undefined
  readonly onChange: (rows: readonly PriceRow[]) => void
}

/** What a picture costs, by model, size and quality: for the estimate, and for engines that do not say what they charge. */
export function PriceList({ rows, models, error, onChange }: PriceListProps) {
  const change = (index: number, part: Partial<PriceRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)))
  return (
    <fieldset className={classes['prices']}>
      <legend className={classes['legend']}>Price list</legend>
      <p className={classes['help']}>Dollars for one picture. What a line leaves open, it does not care about.</p>
      {rows.map((row, index) => (
        // Lines have no names of their own, and only the last one moves up when one goes.
        <div key={index} className={classes['row']} role="group" aria-label={`Price ${index + 1}`}>
          <TextInput
            aria-label="Model"
            placeholder="Every model"
            list="priced-models"
            maxLength={300}
            value={row.model}
            onChange={(event) => change(index, { model: event.currentTarget.value })}
          />
          <TextInput
            aria-label="Size"
            placeholder="Any size"
            value={row.size}
            onChange={(event) => change(index, { size: event.currentTarget.value })}
          />
          <TextInput
            aria-label="Quality"
            placeholder="Any quality"
            maxLength={50}
            value={row.quality}
            onChange={(event) => change(index, { quality: event.currentTarget.value })}
          />
          <NumberInput
            aria-label="Dollars"
            placeholder="0.04"
            min={0}
            max={1000}
            decimalScale={6}
            hideControls
            value={row.amount ?? ''}
            onChange={(value) => change(index, { amount: typeof value === 'number' ? value : null })}
          />
          <IconButton
            icon="close"
            label={`Remove price ${index + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <datalist id="priced-models">
        {models.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </datalist>
      {error !== undefined && <p className={classes['error']}>{error}</p>}
      <Button
        variant="subtle"
        className={classes['add'] ?? ''}
        leftSection={<Icon name="plus" size={16} />}
        onClick={() => onChange([...rows, emptyPrice])}
      >
        Add a price
      </Button>
    </fieldset>
  )
}
