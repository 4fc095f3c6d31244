import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { itemsOf } from '#data/pages.ts'
import { generationsQuery } from '#data/queries.ts'
import { PictureViewer } from '#screens/picture/picture-viewer.tsx'

/** A picture of the feed, large; its neighbours are the feed's. */
export function StudioPicture() {
  const { imageId } = useParams({ from: '/studio/picture/$imageId' })
  const navigate = useNavigate()
  const feed = useInfiniteQuery(generationsQuery())
  const images = itemsOf(feed.data).flatMap((generation) => generation.images)
  return (
    <PictureViewer
      imageId={imageId}
      neighbours={images}
      onShow={(id) =>
        void navigate({ to: '/picture/$imageId', params: { imageId: id }, replace: true, resetScroll: false })
      }
      onClose={() => void navigate({ to: '/', resetScroll: false })}
    />
  )
}
