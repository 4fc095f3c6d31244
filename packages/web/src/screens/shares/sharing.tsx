import type { Share, ShareTarget } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, lazy, Suspense, use, useMemo, useState, type ReactNode } from 'react'

const ChangeDialog = lazy(async () => ({ default: (await import('./share-dialog.tsx')).ChangeDialog }))
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
  /** Shows the links that there are, and lets one with options be made. */
  readonly links: (wish: ShareWish) => void
  readonly change: (share: Share) => void
}

const Context = createContext<Sharing>({ now() {}, links() {}, change() {} })

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

export function SharingProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<ShareWish | null>(null)
  const [changed, setChanged] = useState<Share | null>(null)
  const client = useQueryClient()
  const sharing = useMemo<Sharing>(
    () => ({
      links: setAsked,
      change: setChanged,
      now: (wish) =>
        void import('./share-now.tsx').then(({ shareNow }) => shareNow({ client, wish, onOptions: setChanged })),
    }),
    [client],
  )
  return (
    <Context value={sharing}>
      {children}
      <Suspense fallback={null}>
        {asked !== null && <ShareDialog wish={asked} onClose={() => setAsked(null)} />}
        {changed !== null && <ChangeDialog share={changed} onClose={() => setChanged(null)} />}
      </Suspense>
    </Context>
  )
}
