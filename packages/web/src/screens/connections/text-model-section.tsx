import type { Connection, ProviderInfo, WritingChoice } from '@easel/contract'
import { Button, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { textModelsQuery, useChooseWriting, writingQuery } from '#data/writing.ts'
import classes from './text-model-section.module.css'

interface TextModelSectionProps {
  readonly connections: readonly Connection[]
  readonly providers: readonly ProviderInfo[]
}

/** Which text model refines prompts and describes pictures. Not there where no engine has any. */
export function TextModelSection({ connections, providers }: TextModelSectionProps) {
  const choice = useQuery(writingQuery())
  const writing = connections.filter(({ provider }) => providers.find(({ id }) => id === provider)?.writes === true)
  if (writing.length === 0 || choice.data === undefined) return null
  return (
    <section className={classes['section']} aria-labelledby="text-model">
      <h2 id="text-model" className={classes['heading']}>
        Text model
      </h2>
      <p className={classes['lead']}>Refines your prompts and describes pictures for those who cannot see them.</p>
      <Choice key={JSON.stringify(choice.data)} chosen={choice.data} connections={writing} />
    </section>
  )
}

interface ChoiceProps {
  readonly chosen: WritingChoice | null
  readonly connections: readonly Connection[]
}

function Choice({ chosen, connections }: ChoiceProps) {
  const choose = useChooseWriting()
  const [connectionId, setConnectionId] = useState(chosen?.connectionId ?? null)
  const [model, setModel] = useState(chosen?.model ?? '')
  const models = useQuery({ ...textModelsQuery(connectionId ?? ''), enabled: connectionId !== null })
  const listed = models.data ?? []
  const named = model.trim() || (listed[0]?.id ?? '')
  const wanted = connectionId === null ? null : { connectionId, model: named }
  const same = wanted?.connectionId === chosen?.connectionId && wanted?.model === chosen?.model
  return (
    <form
      className={classes['form']}
      aria-label="Text model"
      onSubmit={(event) => {
        event.preventDefault()
        choose.mutate(wanted, {
          onSuccess: () => notifications.show({ message: 'Saved.' }),
          onError: (problem) => notifications.show({ message: wordsOf(problem) }),
        })
      }}
    >
      <Select
        label="Engine"
        placeholder="None"
        clearable
        data={connections.map(({ id, name }) => ({ value: id, label: name }))}
        value={connectionId}
        onChange={(id) => {
          setConnectionId(id)
          setModel('')
        }}
      />
      {connectionId !== null && (
        <TextInput
          label="Model"
          list="text-models"
          maxLength={300}
          value={model}
          placeholder={listed[0]?.id}
          error={models.error === null ? undefined : wordsOf(models.error)}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
      )}
      {/* Any name may be typed: no engine's list tells everything. */}
      <datalist id="text-models">
        {listed.map(({ id, label, sees }) => (
          <option key={id} value={id}>
            {sees === true ? `${label}, sees pictures` : label}
          </option>
        ))}
      </datalist>
      <Button type="submit" variant="default" loading={choose.isPending} disabled={same || wanted?.model === ''}>
        Save
      </Button>
    </form>
  )
}
