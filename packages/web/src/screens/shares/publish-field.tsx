import { Switch, TextInput } from '@mantine/core'
import { useAuthStatus } from '#data/session.ts'
import { slug, type ShareValues } from './share-values.ts'

interface PublishFieldProps {
  readonly values: ShareValues
  readonly fault: string | undefined
  readonly onChange: (part: Partial<ShareValues>) => void
}

/** Whether an album has an address of its own, and which. Nothing where the server has no gallery and the album no address. */
export function PublishField({ values, fault, onChange }: PublishFieldProps) {
  const gallery = useAuthStatus()?.gallery === true
  const isOn = values.publish
  if (!gallery && !isOn) return null
  return (
    <>
      <Switch
        label="Publish in the gallery"
        description={isOn ? 'For everybody, with a feed. It has no password and no number of visits.' : undefined}
        checked={isOn}
        onChange={(event) =>
          onChange(
            event.currentTarget.checked
              ? { publish: true, protect: false, password: '', viewLimit: null, name: '' }
              : { publish: false, address: '' },
          )
        }
      />
      {isOn && (
        <TextInput
          label="Address"
          description={`${window.location.origin}/g/${values.address}`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          minLength={3}
          maxLength={60}
          placeholder="foxes-of-2026"
          value={values.address}
          error={fault}
          onChange={(event) => onChange({ address: slug(event.currentTarget.value) })}
        />
      )}
    </>
  )
}
