import { routes, type Generation, type GenerationRequest, type Tag } from '@easel/contract'
import { Button, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { call, wordsOf } from '#data/client.ts'
import { emptyDraft, type Draft } from '#data/draft.ts'
import { storeGeneration } from '#data/event-sink.ts'
import { useDeleteImage } from '#data/mutations.ts'
import { generationQuery } from '#data/queries.ts'
import { randomKey } from '#data/random-key.ts'
import { useEngine } from '#data/use-engine.ts'
import { ChoiceChips } from '#parts/choice-chips.tsx'
import { capitalised, count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { PictureFrame } from '#parts/picture-frame.tsx'
import { CountPicker } from '#screens/studio/count-picker.tsx'
import { EnginePicker } from '#screens/studio/engine-picker.tsx'
import { GenerationProgress } from '#screens/studio/generation-progress.tsx'
import { ShapePicker } from '#screens/studio/shape-picker.tsx'
import { toRequest } from '#screens/studio/to-request.ts'
import classes from './add-images-dialog.module.css'

interface GenerateTabProps {
  readonly tags: readonly Tag[]
  readonly picker: ReactNode
  readonly onClose: () => void
}

const choices = [
  ['quality', 'Quality'],
  ['style', 'Style'],
] as const

/** A picture from words; the Studio has every other setting. */
export function GenerateTab({ tags, picker, onClose }: GenerateTabProps) {
  const formId = useId()
  const engine = useEngine()
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const { connection, model, provider } = engine
  const submit = useMutation({
    mutationFn: (body: GenerationRequest) =>
      call(routes.createGeneration, { body }, { headers: { 'idempotency-key': randomKey() } }),
    onSuccess: (generation) => storeGeneration(client, generation),
  })
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }))
  if (submit.data !== undefined) {
    return <Outcome id={submit.data.id} onAgain={() => submit.reset()} onClose={onClose} />
  }
  const able = model?.capabilities ?? null
  const ready = draft.prompt.trim() !== '' && connection !== null && model !== null && able !== null
  return (
    <div className={classes['form']}>
      <form
        id={formId}
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          if (!ready) return
          const target = { connectionId: connection.id, model: model.id, capabilities: able }
          submit.mutate({ ...toRequest(draft, { ...target, options: provider?.options ?? {} }), tags: [...tags] })
        }}
      >
        <Textarea
          label="Prompt"
          placeholder="Describe a picture…"
          rows={3}
          maxLength={32_000}
          data-autofocus
          value={draft.prompt}
          onChange={(event) => change({ prompt: event.currentTarget.value })}
        />
        <div className={classes['row']}>
          <EnginePicker engine={engine} />
          {able !== null && <ShapePicker rule={able.size} draft={draft} onChange={change} />}
          <CountPicker value={draft.n} onChange={(n) => change({ n })} />
        </div>
        {able !== null &&
          choices.map(([name, label]) => {
            const choice = able[name]
            return choice === null ? null : (
              <ChoiceChips
                key={name}
                label={label}
                value={draft[name] ?? choice.default}
                onChange={(value) => change({ [name]: value === choice.default ? null : value })}
                chips={choice.values.map((value) => ({ value, label: capitalised(value) }))}
              />
            )
          })}
      </form>
      {engine.error !== null && <Notice tone="warning">{wordsOf(engine.error)}</Notice>}
      {submit.error !== null && <Notice tone="danger">{wordsOf(submit.error)}</Notice>}
      {picker}
      <div className={classes['buttons']}>
        {/* Tags have a form of their own. */}
        <Button type="submit" form={formId} disabled={!ready} loading={submit.isPending}>
          Generate
        </Button>
      </div>
    </div>
  )
}

interface OutcomeProps {
  readonly id: string
  readonly onAgain: () => void
  readonly onClose: () => void
}

/** The pictures as they come, to be kept or not. */
function Outcome({ id, onAgain, onClose }: OutcomeProps) {
  const { data: generation } = useQuery(generationQuery(id))
  const discard = useDeleteImage()
  if (generation === undefined) return null
  const { state, images, previewUrl, error } = generation
  const active = state === 'queued' || state === 'running'
  return (
    <div className={classes['form']}>
      {images.length > 0 && (
        <div className={classes['results']}>
          {images.map((image) => (
            <div key={image.id} className={classes['result']}>
              <PictureFrame image={image} fit="contain" sizes="560px" />
            </div>
          ))}
        </div>
      )}
      {active && images.length === 0 && previewUrl !== null && (
        <div className={classes['result']}>
          <img className={classes['preview']} src={previewUrl} alt="Preview" />
        </div>
      )}
      {active && <GenerationProgress generation={generation} sending={false} />}
      {error !== null && <Notice tone="danger">{error.message}</Notice>}
      {!active && (
        <>
          <p className={classes['summary']} role="status">
            {endWords(generation)}
          </p>
          <div className={classes['buttons']}>
            <Button
              variant="default"
              disabled={discard.isPending}
              onClick={() => {
                for (const image of images) discard.mutate(image)
                onAgain()
              }}
            >
              {images.length === 0 ? 'Back' : 'Discard and try again'}
            </Button>
            <Button data-autofocus onClick={onClose}>
              {images.length === 0 ? 'Close' : 'Save'}
            </Button>
          </div>
        </>
      )}
    </div>
  )
}

function endWords({ state, images }: Generation): string {
  if (images.length > 0) return `${count(images.length, 'picture', 'pictures')}, with its words and tags`
  return state === 'cancelled' ? 'It was cancelled.' : 'No picture was made.'
}
