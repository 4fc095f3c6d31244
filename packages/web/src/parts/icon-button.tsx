import { ActionIcon, Tooltip } from '@mantine/core'
import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'color' | 'children' | 'disabled'> {
  readonly icon: IconName
  /** The button's name, for screen readers and as a hint. */
  readonly label: string
  readonly iconSize?: number
  /** The drawing is filled: it is so. */
  readonly filled?: boolean
  readonly danger?: boolean
  readonly disabled?: boolean
}

/** A button that shows only a drawing. */
export function IconButton({
  icon,
  label,
  iconSize = 18,
  filled = false,
  danger = false,
  disabled = false,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon {...rest} disabled={disabled} aria-label={label} color={danger ? 'danger' : 'accent'}>
        <Icon name={icon} size={iconSize} filled={filled} />
      </ActionIcon>
    </Tooltip>
  )
}
