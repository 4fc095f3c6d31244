import { retirementWords } from '@easel/contract'
import { Button, Collapse } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useState } from 'react'
import { emptyDraft, type Draft } from '#data/draft.ts'
import type { Engine } from '#data/use-engine.ts'
import { wordsOf } from '#data/client.ts'
import { Icon } from '#parts/icon.tsx'
import { Notice } from '#parts/notice.tsx'
import classes from './composer.module.css'
import { CostHint } from './cost-hint.tsx'
import { CountPicker } from './count-picker.tsx'
import { EnginePicker } from './engine-picker.tsx'
import { PartsMenu } from './parts-menu.tsx'
import { PromptBox } from './prompt-box.tsx'
import { PromptHint } from './prompt-hint.tsx'
import { RefineButton } from './refine-button.tsx'
import { RefinedNote } from './refined-note.tsx'
import { ShapePicker } from './shape-picker.tsx'
import { SourceStrip } from './source-strip.tsx'
import { StyleChips } from './style-chips.tsx'
import { changedSettings } from './changed-settings.ts'
import { useComposer } from './use-composer.ts'

// Sliders and number fields weigh as much as all the rest of the form; most pictures are made without them.
const SettingsPanel = lazy(async () => ({ default: (await import('./settings-panel.tsx')).SettingsPanel }))
const SettingsSheet = lazy(async () => ({ default: (await import('./settings-sheet.tsx')).SettingsSheet }))

/** What "Reset all" leaves as it is. */
const kept = ({ prompt, refinement, sources, styles, n }: Draft) => ({ prompt, refinement, sources, styles, n })

interface ComposerProps {
  readonly engine: Engine
}

/** The prompt box with everything that shapes the next picture. */
export function Composer({ engine }: ComposerProps) {
  const { draft, setDraft, submit, ready, error, setError } = useComposer(engine)
  const [open, more] = useDisclosure(false)
  const phone = useMediaQuery('(width < 720px)') ?? false
  const capabilities = engine.model?.capabilities ?? null
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const changed = capabilities === null ? 0 : changedSettings(draft, capabilities)
  const [seen, setSeen] = useState(false)
  const panel = capabilities !== null && seen && (
    <Suspense fallback={null}>
      <SettingsPanel
        draft={draft}
        capabilities={capabilities}
        options={engine.provider?.options ?? {}}
        onChange={change}
      />
    </Suspense>
  )
  return (
    <form
      className={classes['composer']}
      aria-label="New picture"
      data-open={(open && !phone) || undefined}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {capabilities !== null && draft.sources.length > 0 && (
        <SourceStrip
          ids={draft.sources}
          room={capabilities.sources}
          onRemove={(id) => change({ sources: draft.sources.filter((other) => other !== id) })}
        />
      )}
      <PromptBox
        value={draft.prompt}
        onChange={(prompt) => change(prompt.trim() === '' ? { prompt, refinement: null } : { prompt })}
        onRecall={(prompt) => change({ prompt, refinement: null })}
        onSubmit={submit}
      />
      {draft.refinement !== null && (
        <RefinedNote
          refinement={draft.refinement}
          onUndo={() => change({ prompt: draft.refinement?.typed ?? draft.prompt, refinement: null })}
        />
      )}
      <StyleChips
        styles={draft.styles}
        onRemove={(name) => change({ styles: draft.styles.filter((other) => other !== name) })}
      />
      <PromptHint draft={draft} />
      {error !== null && (
        <div className={classes['notice']}>
          <Notice tone="danger">
            {error}
            <button type="button" className={classes['dismiss']} onClick={() => setError(null)}>
              Dismiss
            </button>
          </Notice>
        </div>
      )}
      {engine.error !== null && (
        <div className={classes['notice']}>
          <Notice tone="warning" title="The engine's models could not be read">
            {wordsOf(engine.error)}
          </Notice>
        </div>
      )}
      {engine.model?.retired !== undefined && (
        <div className={classes['notice']}>
          <Notice tone="warning">{retirementWords(engine.model.id, engine.model.retired)}</Notice>
        </div>
      )}
      <div className={classes['bar']}>
        <EnginePicker engine={engine} />
        {capabilities !== null && (
          <>
            <ShapePicker rule={capabilities.size} draft={draft} onChange={change} />
            {!phone && <CountPicker value={draft.n} onChange={(n) => change({ n })} />}
            <Button
              variant="subtle"
              className={classes['more'] ?? ''}
              aria-label={phone ? 'Picture settings' : undefined}
              aria-expanded={open}
              leftSection={<Icon name="sliders" />}
              onClick={() => {
                setSeen(true)
                more.toggle()
              }}
            >
              {!phone && 'More'}
              {changed > 0 && <span className={classes['changed']}>{changed}</span>}
            </Button>
          </>
        )}
        <CostHint engine={engine} draft={draft} />
        <PartsMenu draft={draft} onChange={change} />
        <RefineButton prompt={draft.prompt} onError={setError} />
        <Button type="submit" className={classes['generate'] ?? ''} disabled={!ready} aria-label="Generate">
          {phone ? (
            <Icon name="up" size={20} />
          ) : (
            <>
              Generate
              <span className={classes['hint']}>
                <Icon name="enter" size={15} />
              </span>
            </>
          )}
        </Button>
      </div>
      {phone ? (
        <Suspense fallback={null}>
          {seen && (
            <SettingsSheet opened={open} onClose={more.close} count={draft.n} onCount={(n) => change({ n })}>
              {panel}
            </SettingsSheet>
          )}
        </Suspense>
      ) : (
        <Collapse expanded={open} transitionDuration={160}>
          <div className={classes['panel']}>
            {panel}
            {changed > 0 && (
              <Button variant="subtle" onClick={() => change({ ...emptyDraft, ...kept(draft) })}>
                Reset all
              </Button>
            )}
          </div>
        </Collapse>
      )}
    </form>
  )
}
