import type { Image, ImageChange } from '@easel/contract'
import { notifications } from '@mantine/notifications'
import { useCallback } from 'react'
import { wordsOf } from '#data/client.ts'
import { useUpdateImage } from '#data/collections.ts'
import { announce } from '#data/live.ts'
import { count } from '#parts/format.ts'

function doneWords({ favourite, rating }: ImageChange): string {
  if (favourite !== undefined) return favourite ? 'A favourite' : 'Not a favourite any more'
  if (rating !== undefined) return rating === 0 ? 'No stars' : count(rating, 'star', 'stars')
  return 'Saved'
}

/** Changes a picture and says so. */
export function useChangeImage(): (image: Image, change: ImageChange) => void {
  const { mutate } = useUpdateImage()
  return useCallback(
    (image, change) =>
      mutate(
        { image, change },
        {
          onSuccess: () => announce(doneWords(change)),
          onError: (error) => notifications.show({ message: `It could not be changed: ${wordsOf(error)}` }),
        },
      ),
    [mutate],
  )
}
