import type { Image } from '@easel/contract'
import { notifications } from '@mantine/notifications'
import { useMemo, type RefObject } from 'react'
import { stepTarget } from '#data/album-order.ts'
import { wordsOf } from '#data/client.ts'
import { useOrderAlbum } from '#data/collections.ts'
import { announce } from '#data/live.ts'
import type { ImageFilter } from '#data/queries.ts'
import type { Selection } from './selection.ts'

interface OrderingOptions {
  readonly filter: ImageFilter
  readonly selection: Selection
  readonly listed: RefObject<readonly Image[]>
}

interface AlbumOrdering {
  /** With a picture that is selected goes all that is selected. */
  readonly drop: (dragged: string, onto: string, after: boolean) => void
  /** @returns whether it could be moved */
  readonly step: (id: string, direction: 1 | -1) => boolean
}

/** Moving pictures within an album; null where a list is no album in its own order. */
export function useAlbumOrdering({ filter, selection, listed }: OrderingOptions): AlbumOrdering | null {
  const { mutate } = useOrderAlbum(filter.album ?? '')
  return useMemo(() => {
    if (filter.sort !== 'album') return null
    const ids = () => listed.current.map(({ id }) => id)
    const move = (imageIds: string[], before: string | null) =>
      mutate(
        { filter, imageIds, before },
        {
          onSuccess: () => announce('Moved'),
          onError: (error) => notifications.show({ message: `It could not be moved: ${wordsOf(error)}` }),
        },
      )
    return {
      drop(dragged, onto, after) {
        const moved = selection.ids.has(dragged) ? ids().filter((id) => selection.ids.has(id)) : [dragged]
        if (moved.includes(onto)) return
        const rest = ids().filter((id) => !moved.includes(id))
        move(moved, after ? (rest[rest.indexOf(onto) + 1] ?? null) : onto)
      },
      step(id, direction) {
        const before = stepTarget(ids(), id, direction)
        if (before === undefined) return false
        move([id], before)
        return true
      },
    }
  }, [filter, selection, listed, mutate])
}
