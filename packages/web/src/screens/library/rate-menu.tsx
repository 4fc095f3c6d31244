import { ActionIcon, Menu } from '@mantine/core'
import type { BulkAction } from '@easel/contract'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'

interface RateMenuProps {
  readonly disabled: boolean
  readonly onPick: (action: BulkAction) => void
}

/** Heart and stars for all that is selected. */
export function RateMenu({ disabled, onPick }: RateMenuProps) {
  return (
    <Menu width={230} position="top">
      <Menu.Target>
        <ActionIcon aria-label="Favourite and stars" disabled={disabled}>
          <Icon name="star" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Icon name="heart" filled />}
          onClick={() => onPick({ type: 'favourite', favourite: true })}
        >
          Favourite
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="heart" />} onClick={() => onPick({ type: 'favourite', favourite: false })}>
          No favourite
        </Menu.Item>
        <Menu.Divider />
        {[5, 4, 3, 2, 1].map((rating) => (
          <Menu.Item
            key={rating}
            leftSection={<Icon name="star" filled />}
            onClick={() => onPick({ type: 'rate', rating })}
          >
            {count(rating, 'star', 'stars')}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<Icon name="star" />} onClick={() => onPick({ type: 'rate', rating: 0 })}>
          No stars
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
