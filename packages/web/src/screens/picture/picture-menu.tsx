import type { Image } from '@easel/contract'
import { ActionIcon, Menu } from '@mantine/core'
import { patchDraft } from '#data/preferences.ts'
import { copyText } from '#parts/copy-text.ts'
import { focusPrompt } from '#parts/focus-prompt.ts'
import { Icon } from '#parts/icon.tsx'
import { thisPicture, useSharing } from '#screens/shares/sharing.tsx'
import { useDeletePicture } from './delete-picture.tsx'
import { useSettingsAgain } from './use-settings-again.ts'

interface PictureMenuProps {
  readonly image: Image
  /** Source pictures that the chosen model takes; 0 for none. */
  readonly sources: number
  readonly onOpen: () => void
  readonly className?: string
}

/** Everything that can be done with one result. */
export function PictureMenu({ image, sources, onOpen, className }: PictureMenuProps) {
  const remove = useDeletePicture()
  const settings = useSettingsAgain()
  const sharing = useSharing()
  const prompt = image.generationPrompt
  return (
    <Menu width={230}>
      <Menu.Target>
        <ActionIcon className={className ?? ''} aria-label="Picture actions">
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="expand" />} onClick={onOpen}>
          Open
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="download" />} component="a" href={`${image.url}?download=1`} download>
          Download
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="share" />} onClick={() => sharing.now(thisPicture(image.id))}>
          Share
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="link" />} onClick={() => sharing.links(thisPicture(image.id))}>
          Links…
        </Menu.Item>
        {prompt !== null && (
          <Menu.Item leftSection={<Icon name="copy" />} onClick={() => void copyText(prompt, 'Prompt')}>
            Copy prompt
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="reuse" />} onClick={() => void settings.fromImage(image)}>
          Use these settings
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="source" />}
          disabled={sources === 0}
          onClick={() => {
            patchDraft({ sources: [image.id] })
            focusPrompt()
          }}
        >
          {sources === 0 ? 'This model takes no source' : 'Use as source'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={() => remove(image)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
