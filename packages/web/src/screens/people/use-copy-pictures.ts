import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useCopyShared } from '#data/people.ts'
import { copyWords } from './copy-words.ts'

/** Copies pictures of a shared album into one's own library, and says what became of it. */
export function useCopyPictures(albumId: string) {
  const copy = useCopyShared(albumId)
  return {
    busy: copy.isPending,
    copy: (imageIds: readonly string[]) =>
      copy.mutate(imageIds, {
        onSuccess: (copied) => notifications.show({ message: copyWords(copied) }),
        onError: (error) => notifications.show({ message: `It could not be copied: ${wordsOf(error)}` }),
      }),
  }
}
