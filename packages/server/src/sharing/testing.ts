// Rows as the database gives them.
import { newId } from '#base/ids.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { FoundShare } from './decide.ts'
import { newShareName } from './share-name.ts'
import type { ShownPicture } from './shown-pictures.ts'

/** A picture that was brought in, with nothing said of it. */
export function rowOf(width: number, height: number): ImageRow {
  const id = newId()
  const none = { deleted_at: null, damage: null, derived_at: null, thumbhash: null, parent_id: null }
  const words = { prompt: null, typed_prompt: null, revised_prompt: null, negative_prompt: null, description: null }
  const more = { title: null, notes: null, favourite: false, rating: 0, model: null, provider: null, seed: null }
  const kept = { revision: 0, sidecar_due: false, sidecar_claimed: null, erasing: false, created_at: new Date() }
  const of = { user_id: newId(), generation_id: null, generation_index: null, history_second: '', history_number: 1 }
  const file = {
    filename: 'a.png',
    storage_key: 'images/a.png',
    mime_type: 'image/png',
    bytes: 1,
    sha256: 'x',
    crc32: 0,
  }
  return { id, width, height, source: 'upload', parameters: {}, ...none, ...words, ...more, ...kept, ...of, ...file }
}

export const shownPicture = (): ShownPicture => ({ ...rowOf(16, 16), position: 1 })

/** An open link to a picture, without options. */
export function foundShare(change: Partial<FoundShare> = {}): FoundShare {
  const plain = { title: null, comment: null, starts_at: null, expires_at: null, password: null, view_limit: null }
  const visits = { views: 0, viewed_at: null, revoked_at: null, created_at: new Date() }
  const shown = { kind: 'image', image_id: newId(), album_id: null, filename: null, address: null } as const
  const allowed = { download: true, prompt: false, listed: false, owned: true, shows: true }
  const name = newShareName(undefined)
  return { id: newId(), user_id: newId(), name, ...plain, ...visits, ...shown, ...allowed, ...change }
}
