import type { PromptPart, PromptPartKind } from '@easel/contract'
import { Button, Modal, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { faultsOf } from '#data/form-faults.ts'
import { promptPartQuery, useCreatePart, useUpdatePart } from '#data/prompts.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { kindWords } from './kind-words.ts'
import classes from './part-dialog.module.css'

interface PartDialogProps {
  readonly kind: PromptPartKind
  /** Null: a new one. */
  readonly id: string | null
  readonly onClose: () => void
}

/** Makes or changes a list, a template or a style. */
export function PartDialog({ kind, id, onClose }: PartDialogProps) {
  const { data, error } = useQuery({ ...promptPartQuery(id ?? ''), enabled: id !== null, staleTime: 0 })
  const { one } = kindWords[kind]
  useFocusReturn()
  return (
    <Modal
      opened
      onClose={onClose}
      title={id === null ? `New ${one.toLowerCase()}` : `Edit ${one.toLowerCase()}`}
      size={620}
      zIndex={320}
    >
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      {id === null && <PartForm kind={kind} part={null} onClose={onClose} />}
      {id !== null && data !== undefined && <PartForm key={data.id} kind={kind} part={data} onClose={onClose} />}
    </Modal>
  )
}

interface PartFormProps {
  readonly kind: PromptPartKind
  readonly part: PromptPart | null
  readonly onClose: () => void
}

function PartForm({ kind, part, onClose }: PartFormProps) {
  const { one, example, help } = kindWords[kind]
  const [name, setName] = useState(part?.name ?? '')
  const [text, setText] = useState(part?.text ?? '')
  const [negative, setNegative] = useState(part?.negativePrompt ?? '')
  const create = useCreatePart()
  const update = useUpdatePart()
  const faults = faultsOf(part === null ? create.error : update.error, ['name', 'text', 'negativePrompt'])
  const said = {
    name: name.trim(),
    text,
    ...(kind === 'style' ? { negativePrompt: negative.trim() === '' ? null : negative.trim() } : {}),
  }
  const save = () => {
    const then = { onSuccess: onClose }
    if (part === null) create.mutate({ kind, ...said }, then)
    else update.mutate({ id: part.id, change: said }, then)
  }
  return (
    <form
      className={classes['form']}
      aria-label={one}
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      {faults.general !== null && <Notice tone="danger">{faults.general}</Notice>}
      <TextInput
        label="Name"
        data-autofocus
        autoComplete="off"
        maxLength={60}
        value={name}
        error={faults.fields['name']}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={kind === 'list' ? 'Lines' : 'Text'}
        description={help}
        placeholder={example}
        autosize
        minRows={kind === 'list' ? 8 : 4}
        maxRows={16}
        maxLength={kind === 'list' ? 200_000 : 8000}
        value={text}
        error={faults.fields['text']}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {kind === 'style' && (
        <Textarea
          label="Leaves out"
          description="Added to the negative prompt, where the model has one."
          autosize
          minRows={1}
          maxRows={6}
          maxLength={8000}
          value={negative}
          error={faults.fields['negativePrompt']}
          onChange={(event) => setNegative(event.currentTarget.value)}
        />
      )}
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          disabled={name.trim() === '' || text.trim() === ''}
          loading={create.isPending || update.isPending}
        >
          Save
        </Button>
      </div>
    </form>
  )
}
