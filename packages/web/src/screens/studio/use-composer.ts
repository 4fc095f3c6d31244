import { useEffect, useRef, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { remembered } from '#data/draft.ts'
import { announce } from '#data/live.ts'
import { useSubmitGeneration } from '#data/mutations.ts'
import { draftStore, promptHistory } from '#data/preferences.ts'
import { randomKey } from '#data/random-key.ts'
import { useStored } from '#data/stored.ts'
import type { Engine } from '#data/use-engine.ts'
import { createRepeatGuard } from './repeat-guard.ts'
import { toRequest } from './to-request.ts'

const guard = createRepeatGuard()

/** The form's state and what submitting does. */
export function useComposer(engine: Engine) {
  const [draft, setDraft] = useStored(draftStore)
  const [error, setError] = useState<string | null>(null)
  const { mutate } = useSubmitGeneration()
  const { connection, model, provider } = engine
  const written = draft.prompt.trim() !== ''
  const ready = written && connection !== null && model !== null
  // Enter may come before the engine's models do: then it counts as soon as they are there, for the prompt as it stood.
  const [waitingFor, setWaitingFor] = useState<string | null>(null)

  const submit = () => {
    if (!ready) {
      setWaitingFor(written && engine.error === null ? draft.prompt : null)
      return
    }
    const request = toRequest(draft, {
      connectionId: connection.id,
      model: model.id,
      capabilities: model.capabilities,
      options: provider?.options ?? {},
    })
    if (guard.isRepeat(JSON.stringify(request), Date.now())) return
    setError(null)
    promptHistory.set(remembered(promptHistory.get(), draft.prompt))
    announce('Submitted')
    // The newest stands at the top.
    globalThis.scrollTo({ top: 0 })
    mutate(
      {
        request,
        key: randomKey(),
        connectionName: connection.name,
        provider: connection.provider,
        model: model.id,
      },
      { onError: (problem) => setError(wordsOf(problem)) },
    )
  }

  const latest = useRef(submit)
  useEffect(() => {
    latest.current = submit
  })
  const overtaken = waitingFor !== null && (waitingFor !== draft.prompt || engine.error !== null)
  const due = waitingFor !== null && !overtaken && ready
  useEffect(() => {
    if (overtaken || due) setWaitingFor(null)
    if (due) latest.current()
  }, [overtaken, due])
  return { draft, setDraft, submit, ready, error, setError }
}
