import type { Share, ShareTarget } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, lazy, Suspense, use, useMemo, useState, type ReactNode } from 'react'

const ShareDialog = lazy(async () => ({ default: (await import('./share-dialog.tsx')).ShareDialog }))

/** What is to be shown to others. */
export interface ShareWish {
  readonly target: ShareTarget
  /** In words: `this picture`. */
  readonly what: string
}

interface Sharing {
  /** Makes a link without options, and copies it. */
  readonly now: (wish: ShareWish) => void
  /** Opens the dialog: with a link it is to be changed, else one is to be made. */
  readonly options: (wish: ShareWish, share?: Share) => void
}

const Context = createContext<Sharing>({ now() {}, options() {} })

/** Sharing, the same from everywhere. */
export function useSharing(): Sharing {
  return use(Context)
}

export const thisPicture = (imageId: string): ShareWish => ({
  target: { kind: 'image', imageId },
  what: 'this picture',
})

/** Some pictures, in their order. */
export function thesePictures(imageIds: readonly string[]): ShareWish {
  const [only, second] = imageIds
  if (only !== undefined && second === undefined) return thisPicture(only)
  return { target: { kind: 'images', imageIds: [...imageIds] }, what: `${imageIds.length} pictures` }
}

interface Asked {
  readonly wish: ShareWish
  readonly share: Share | null
}

export function SharingProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const client = useQueryClient()
  const sharing = useMemo<Sharing>(
    () => ({
      options: (wish, share) => setAsked({ wish, share: share ?? null }),
      now: (wish) =>
        void import('./share-now.tsx').then(({ shareNow }) =>
          shareNow({ client, wish, onOptions: (share) => setAsked({ wish, share }) }),
        ),
    }),
    [client],
  )
  return (
    <Context value={sharing}>
      {children}
      {asked !== null && (
        <Suspense fallback={null}>
          <ShareDialog wish={asked.wish} share={asked.share} onClose={() => setAsked(null)} />
        </Suspense>
      )}
    </Context>
  )
}
