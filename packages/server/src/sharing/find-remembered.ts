// Links and their pictures, from memory where they are remembered. Rule SH24 in docs/spec/sharing.md.
import type { Db } from '#db/database.ts'
import type { FoundShare } from './decide.ts'
import { findWithPicture, type FoundPicture } from './find-shown.ts'
import { findShare } from './find.ts'
import type { Remembered } from './remembered.ts'
import { shownPicture, type ShownPicture } from './shown-pictures.ts'
import type { Asked } from './visits.ts'

export interface Finding {
  readonly found: FoundShare | null
  /** The picture that is asked for, or null where the link shows it not. */
  picture(): Promise<ShownPicture | null>
}

/** The link of a name. @param withPicture whether its picture is wanted too: what is not remembered is read by one statement then */
export async function findRemembered(
  { db, remembered }: { readonly db: Db; readonly remembered: Remembered },
  { name, imageId }: Pick<Asked, 'name' | 'imageId'>,
  withPicture: boolean,
): Promise<Finding> {
  const read: { both: FoundPicture | null } = { both: null }
  const found = await remembered.share(name, async () => {
    if (withPicture) return (read.both = await findWithPicture(db, name, imageId ?? null))
    const share = await findShare(db, name)
    return share === null ? null : { share, picture: null }
  })
  return {
    found,
    async picture() {
      if (read.both !== null) return read.both.picture
      const id = imageId ?? found?.image_id ?? null
      return found === null || id === null
        ? null
        : await remembered.picture(found, id, () => shownPicture(db, found, id))
    },
  }
}
