import type { Image } from '@easel/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { lineageQuery } from '#data/prompts.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import classes from './lineage.module.css'

const CompareDialog = lazy(async () => ({ default: (await import('./compare-dialog.tsx')).CompareDialog }))

interface LineageProps {
  readonly image: Image
  readonly onShow: (id: string) => void
}

/** What a picture came from and what came of it. */
export function PictureLineage({ image, onShow }: LineageProps) {
  const { data } = useQuery(lineageQuery(image.id))
  const [ids, setIds] = useState<readonly [string, string] | null>(null)
  if (data === undefined) return null
  const { parents, children, more } = data
  return (
    <>
      <Family
        title="Made from"
        images={parents}
        onShow={onShow}
        onCompare={(parent) => setIds([parent.id, image.id])}
      />
      <Family
        title={more ? 'Made from it, the newest' : 'Made from it'}
        images={children}
        onShow={onShow}
        onCompare={(child) => setIds([image.id, child.id])}
      />
      {ids !== null && (
        <Suspense fallback={null}>
          <CompareDialog ids={ids} onClose={() => setIds(null)} />
        </Suspense>
      )}
    </>
  )
}

interface FamilyProps {
  readonly title: string
  readonly images: readonly Image[]
  readonly onShow: (id: string) => void
  readonly onCompare: (image: Image) => void
}

function Family({ title, images, onShow, onCompare }: FamilyProps) {
  if (images.length === 0) return null
  return (
    <section>
      <h3 className={classes['title']}>{title}</h3>
      <ul className={classes['pictures']} aria-label={title}>
        {images.map((image) => (
          <li key={image.id} className={classes['picture']}>
            <button
              type="button"
              className={classes['open']}
              aria-label={`Show: ${altOf(image)}`}
              onClick={() => onShow(image.id)}
            >
              <PictureFrame image={image} />
            </button>
            <IconButton
              icon="compare"
              iconSize={16}
              label={`Compare with: ${altOf(image)}`}
              className={classes['compare'] ?? ''}
              onClick={() => onCompare(image)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
