import type { Connection, ProviderInfo } from '@easel/contract'
import { Modal } from '@mantine/core'
import { useRef, useState } from 'react'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { ConnectionForm } from './connection-form.tsx'
import { ProviderList } from './provider-list.tsx'

interface ConnectionDialogProps {
  /** null: a new one. */
  readonly connection: Connection | null
  /** All that the caller can use: one of them may be a fallback. */
  readonly connections: readonly Connection[]
  readonly providers: readonly ProviderInfo[]
  readonly onClose: () => void
}

/** Adds an engine in two steps, which one and then its form; or changes one. */
export function ConnectionDialog({ connection, connections, providers, onClose }: ConnectionDialogProps) {
  const [chosen, setChosen] = useState<ProviderInfo | null>(null)
  const content = useRef<HTMLDivElement>(null)
  useFocusReturn()
  // Each step is read from its beginning, and what has been pressed is gone with the step before.
  const step = (to: ProviderInfo | null) => {
    const dialog = content.current?.closest<HTMLElement>('[role="dialog"]')
    dialog?.scrollTo({ top: 0 })
    dialog?.focus({ preventScroll: true })
    setChosen(to)
  }
  const provider = connection === null ? chosen : (providers.find((one) => one.id === connection.provider) ?? null)
  const title = connection === null ? (provider === null ? 'Add an engine' : `Add ${provider.label}`) : connection.name
  return (
    <Modal opened onClose={onClose} title={title} size={560}>
      <div ref={content}>
        {provider === null ? (
          <ProviderList providers={providers} onChoose={step} />
        ) : (
          <ConnectionForm
            connection={connection}
            others={connections.filter(({ id }) => id !== connection?.id)}
            provider={provider}
            onBack={connection === null ? () => step(null) : null}
            onDone={onClose}
          />
        )}
      </div>
    </Modal>
  )
}
