import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { PictureViewer } from '#screens/picture/picture-viewer.tsx'
import { useLibraryList } from './use-library-list.ts'

const AHEAD = 5

/** A picture of the library, large; its neighbours are the library's. */
export function LibraryPicture() {
  const { imageId } = useParams({ from: '/library/$imageId' })
  const search = useSearch({ from: '/library' })
  const navigate = useNavigate()
  const { query, images } = useLibraryList()
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const at = images.findIndex((image) => image.id === imageId)
  const nearEnd = at !== -1 && at >= images.length - AHEAD
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [nearEnd, hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <PictureViewer
      imageId={imageId}
      neighbours={images}
      onShow={(id) =>
        void navigate({ to: '/library/$imageId', params: { imageId: id }, search, replace: true, resetScroll: false })
      }
      onClose={() => void navigate({ to: '/library', search, resetScroll: false })}
    />
  )
}
