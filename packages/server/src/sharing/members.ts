// What members of a shared album see and do. Rules SP10 … in docs/spec/people.md.
import type { MemberImage, SharedAlbum } from '@easel/contract'
import { createMemberChanges, type MemberChanges, type MemberChangesPorts } from './member-changes.ts'
import { everyPicture, memberPage, noMemberPicture, toMemberImages, type MemberPicture } from './member-pictures.ts'
import { admitMember, listSeen, type AskedAlbum, type SeenAlbum } from './membership.ts'
import { toSharedAlbum } from './shared-album.ts'

export interface Members extends MemberChanges {
  /** Albums that somebody sees together with others, by name. */
  list(userId: string): Promise<SharedAlbum[]>
  /** @throws EaselError `not-found` */
  get(asked: AskedAlbum): Promise<SharedAlbum>
  /** @throws EaselError `not-found`; `validation-failed` for a cursor that is not one of ours */
  page(
    asked: AskedAlbum,
    place: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ data: MemberImage[]; nextCursor: string | null }>
  /** One picture, with how its viewer stands to the album. @throws EaselError `not-found` */
  picture(asked: AskedAlbum, imageId: string): Promise<SeenPicture>
}

export interface SeenPicture {
  readonly album: SeenAlbum
  readonly picture: MemberPicture
}

export function createMembers(ports: MemberChangesPorts): Members {
  const { db } = ports
  return {
    ...createMemberChanges(ports),
    get: async (asked) => await toSharedAlbum(db, await admitMember(db, asked, 'see')),
    async list(userId) {
      const listed: SharedAlbum[] = []
      for (const seen of await listSeen(db, userId)) listed.push(await toSharedAlbum(db, seen))
      return listed
    },
    async page(asked, place) {
      const seen = await admitMember(db, asked, 'see')
      const { pictures, nextCursor } = await memberPage(db, seen, place)
      return { data: await toMemberImages(db, seen, pictures), nextCursor }
    },
    async picture(asked, imageId) {
      const album = await admitMember(db, asked, 'see')
      const [picture] = await everyPicture(db, album, [imageId])
      if (picture === undefined) throw noMemberPicture()
      return { album, picture }
    },
  }
}
