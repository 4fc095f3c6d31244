import { Button, Modal, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { confirmDelete } from '#data/preferences.ts'
import { useAuthStatus } from '#data/session.ts'
import { useStored } from '#data/stored.ts'
import { Icon } from '#parts/icon.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './preferences.module.css'

interface PreferencesProps {
  readonly onClose: () => void
  readonly onShortcuts: () => void
}

const schemes = [
  { value: 'auto', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

export function Preferences({ onClose, onShortcuts }: PreferencesProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const [ask, setAsk] = useStored(confirmDelete)
  // With accounts the way to these is in the menu under one's own name.
  const local = useAuthStatus()?.mode === 'local'
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Settings" size={440}>
      <div className={classes['rows']}>
        <div className={classes['row']}>
          <span id="scheme-label">Appearance</span>
          <SegmentedControl
            aria-labelledby="scheme-label"
            data={[...schemes]}
            value={colorScheme}
            onChange={setColorScheme}
          />
        </div>
        <Switch
          className={classes['row'] ?? ''}
          labelPosition="left"
          label="Ask before a picture is deleted"
          checked={ask}
          onChange={(event) => setAsk(event.currentTarget.checked)}
        />
        {local && (
          <Button
            variant="default"
            leftSection={<Icon name="lock" />}
            onClick={onClose}
            renderRoot={(props) => <Link {...props} to="/settings/keys" />}
          >
            API keys, usage and export
          </Button>
        )}
        <Button
          variant="default"
          className={classes['shortcuts'] ?? ''}
          leftSection={<Icon name="keyboard" />}
          onClick={() => {
            onClose()
            onShortcuts()
          }}
        >
          Keyboard shortcuts
        </Button>
      </div>
    </Modal>
  )
}
