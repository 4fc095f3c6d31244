import type { Connection, ProviderInfo } from '@easel/contract'
import { Modal } from '@mantine/core'
import { useState } from 'react'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { ConnectionForm } from './connection-form.tsx'
import { ProviderList } from './provider-list.tsx'

interface ConnectionDialogProps {
  /** null: a new one. */
  readonly connection: Connection | null
  readonly providers: readonly ProviderInfo[]
  readonly onClose: () => void
}

/** Adds an engine in two steps, which one and then its form; or changes one. */
export function ConnectionDialog({ connection, providers, onClose }: ConnectionDialogProps) {
  const [chosen, setChosen] = useState<ProviderInfo | null>(null)
  useFocusReturn()
  const provider = connection === null ? chosen : (providers.find((one) => one.id === connection.provider) ?? null)
  const title = connection === null ? (provider === null ? 'Add an engine' : `Add ${provider.label}`) : connection.name
  return (
    <Modal opened onClose={onClose} title={title} size={520}>
      {provider === null ? (
        <ProviderList providers={providers} onChoose={setChosen} />
      ) : (
        <ConnectionForm
          connection={connection}
          provider={provider}
          onBack={connection === null ? () => setChosen(null) : null}
          onDone={onClose}
        />
      )}
    </Modal>
  )
}
