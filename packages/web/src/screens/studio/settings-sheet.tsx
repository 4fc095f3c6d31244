import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { CountPicker } from './count-picker.tsx'
import classes from './settings-sheet.module.css'

interface SettingsSheetProps {
  readonly opened: boolean
  readonly onClose: () => void
  /** How many pictures. */
  readonly count: number
  readonly onCount: (count: number) => void
  readonly children: ReactNode
}

/** On phones: the settings in a sheet that comes up from below. */
export function SettingsSheet({ opened, onClose, count, onCount, children }: SettingsSheetProps) {
  return (
    <Drawer opened={opened} onClose={onClose} position="bottom" size="auto" title="Picture settings">
      <div className={classes['count']}>
        <span>Pictures</span>
        <CountPicker value={count} onChange={onCount} />
      </div>
      {children}
    </Drawer>
  )
}
