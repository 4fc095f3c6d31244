import { notifications } from '@mantine/notifications'
import { useCallback } from 'react'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { useRestoreImage } from '#data/mutations.ts'

/** Takes a picture out of the trash and says so. */
export function useRestorePicture(): (id: string) => void {
  const { mutate } = useRestoreImage()
  return useCallback(
    (id) =>
      mutate(id, {
        onSuccess: () => {
          announce('The picture is back')
          notifications.show({ message: 'Back in the library', autoClose: 3000 })
        },
        onError: (error) => notifications.show({ message: `It could not be brought back: ${wordsOf(error)}` }),
      }),
    [mutate],
  )
}
