import { ActionIcon, Tooltip } from '@mantine/core'
import { Icon } from './icon.tsx'

interface DownloadLinkProps {
  readonly label: string
  readonly href: string
  readonly className?: string
}

/** A drawing that downloads a file. */
export function DownloadLink({ label, href, className }: DownloadLinkProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon component="a" href={href} download aria-label={label} className={className ?? ''}>
        <Icon name="download" />
      </ActionIcon>
    </Tooltip>
  )
}
