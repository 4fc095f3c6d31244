import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { useDescribe, useWrites } from '#data/writing.ts'
import { Icon } from '#parts/icon.tsx'

/** Has a picture described by the text model that was chosen; there is no button where none is. */
export function DescribeButton({ image }: { readonly image: Image }) {
  const describe = useDescribe()
  const writes = useWrites()
  if (!writes || image.deletedAt !== null || image.damage !== null) return null
  const again = image.description !== null && image.description !== ''
  return (
    <Button
      variant="light"
      leftSection={<Icon name="refine" />}
      loading={describe.isPending}
      onClick={() =>
        describe.mutate(
          { id: image.id, replace: again },
          {
            onSuccess: ({ description }) => announce(description),
            onError: (problem) => notifications.show({ message: wordsOf(problem) }),
          },
        )
      }
    >
      {again ? 'Describe again' : 'Describe'}
    </Button>
  )
}
