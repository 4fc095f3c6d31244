// Visits of links: who gets in, and to what. Rules SH10 … in docs/spec/sharing.md.
import type { SharedPage } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { countVisit, visitorKey } from './counting.ts'
import { absent, decide, refusalOf, type Decision, type FoundShare, type Shown, type Want } from './decide.ts'
import { findRemembered } from './find-remembered.ts'
import { findShare } from './find.ts'
import { createGuesses } from './guesses.ts'
import { takeOne, type ShareLimits } from './limits.ts'
import type { Pass, Passes } from './passes.ts'
import { nameAt } from './publish.ts'
import { createRecent } from './recent.ts'
import type { Remembered } from './remembered.ts'
import { coverOf, type ShareRow } from './share-record.ts'
import { countShown, shownLast, shownPage, shownPicture, type ShownPicture } from './shown-pictures.ts'
import { toSharedPage } from './view.ts'

/** Who comes, as far as that can be known. */
export interface Visitor {
  /** Addresses that one person surely has at hand count as one. */
  readonly address: string
  readonly agent: string
  /** Values of the cookies that were given for this link. */
  readonly passes: readonly string[]
  /**
   * `visit`: what is asked for makes a visit of it. `going-on`: it goes on with something. `head`: nothing but headers is sent.
   * `preview`: it comes from a program that makes previews.
   */
  readonly counts: 'visit' | 'going-on' | 'head' | 'preview'
}

export interface Asked {
  readonly name: string
  readonly want: Want
  /** The picture that is asked for; absent: of a link to one, that one. */
  readonly imageId?: string | undefined
}

type Refused = Exclude<Decision, { state: 'open' }>

interface Admitted {
  readonly state: 'open'
  readonly share: ShareRow
  readonly picture: ShownPicture | null
  /** To be given to the visitor. */
  readonly pass: Pass | null
}

/** What was decided, for pages that say it in their own words. */
export type Entry = Admitted | Refused

export type OpenEntry = Admitted & { readonly picture: ShownPicture }

export interface Visits {
  /** Decides, and counts the visit where it is one. @throws WaitError */
  enter(asked: Asked, visitor: Visitor): Promise<Entry>
  /** The same for one picture. @throws EaselError as SH10 says; WaitError */
  picture(asked: Asked, visitor: Visitor): Promise<OpenEntry>
  /** @returns what opens the link from now on; null where it asks none @throws EaselError `unauthorized`, as SH10 says; WaitError */
  givePassword(name: string, password: string, visitor: Visitor): Promise<Pass | null>
  /** @throws EaselError `validation-failed` for a cursor that is not one of ours */
  page(share: ShareRow, place: { readonly limit: number; readonly cursor?: string | undefined }): Promise<SharedPage>
  /** All of its pictures, some at a time, as long as the link is open. */
  pictures(share: ShareRow): AsyncGenerator<readonly ShownPicture[], void, undefined>
  /** The last of its pictures, the last first. */
  newest(share: ShareRow, limit: number): Promise<readonly ShownPicture[]>
  /** The name of the link that an album's own address leads to; of one that leads nowhere, something that is the name of no link. */
  nameAt(address: string): Promise<string>
  /** What stands for it; null: nothing is left. */
  cover(share: ShareRow): Promise<ShownPicture | null>
  /** How long caches may keep what it sends; null: not at all. */
  freshSeconds(share: ShareRow): number | null
  prune(): Promise<void>
}

export interface VisitsPorts {
  readonly db: Db
  readonly log: Log
  readonly passes: Passes
  readonly limits: ShareLimits
  readonly verifyPassword: (hash: string, password: string) => Promise<boolean>
  readonly remembered: Remembered
  readonly galleryIsOn: () => boolean
  readonly cdnUrl: string | null
  readonly clock?: Clock | undefined
}

const hourMs = 3_600_000
const archivePage = 100
/** So long it may take until a link that was taken back is gone everywhere. */
const cachedSeconds = 300

/** Taken back, ended or closed while they are sent: from then on nothing more leaves. */
async function* openPictures(
  { db, shownNow }: { readonly db: Db; readonly shownNow: () => Pick<Shown, 'now' | 'gallery'> },
  share: ShareRow,
): AsyncGenerator<readonly ShownPicture[], void, undefined> {
  for (let cursor: string | undefined; ;) {
    const { pictures, nextCursor } = await shownPage(db, share, { limit: archivePage, cursor })
    yield pictures
    if (nextCursor === null) return
    cursor = nextCursor
    const again = decide(await findShare(db, share.name), { ...shownNow(), password: true, visit: true }, 'archive')
    if (again.state !== 'open') throw refusalOf(again)
  }
}

async function coverPicture(db: Db, share: ShareRow): Promise<ShownPicture | null> {
  const row = await db.selectFrom('shares').where('id', '=', share.id).select(coverOf.as('id')).executeTakeFirst()
  return row === undefined || row.id === null ? null : await shownPicture(db, share, row.id)
}

/** @throws WaitError; EaselError `unauthorized` */
async function checkPassword(
  { limits, verifyPassword, log }: VisitsPorts,
  { id, password: hash }: FoundShare & { readonly password: string },
  { password, address }: { readonly password: string; readonly address: string },
): Promise<void> {
  const { byAddress, byLink } = limits.passwords
  const atAddress = JSON.stringify([id, address])
  // Counted before it is tried, so that many at once are counted too.
  await takeOne(byAddress, atAddress)
  await takeOne(byLink, id)
  if (!(await verifyPassword(hash, password))) {
    log.info({ share: id }, 'wrong password for a link')
    throw new EaselError('unauthorized', 'That is not the password.')
  }
  await byAddress.giveBack(atAddress)
  await byLink.giveBack(id)
}

export function createVisits(ports: VisitsPorts): Visits {
  const { db, passes, limits, remembered, clock = systemClock } = ports
  const now = () => clock.now()
  const shownNow = () => ({ now: now(), gallery: ports.galleryIsOn() })
  const counting = { db, passes, entered: createRecent(hourMs, now) }
  const guesses = createGuesses(counting, { limits, clock })

  async function lookUp(asked: Asked, visitor: Visitor, withPicture: boolean) {
    const { name, want } = asked
    const { found, picture } = await findRemembered(ports, asked, withPicture)
    const hasVisit = found !== null && passes.isGood('visit', found, visitor.passes)
    const password = found !== null && passes.isGood('password', found, visitor.passes)
    const decision = decide(found, { ...shownNow(), password, visit: hasVisit }, want)
    if (found === null || decision.state === 'absent') {
      await guesses.miss(name, visitor)
      return { decision: { state: 'absent' } as const, found: null, picture, hasVisit, key: '' }
    }
    const key = visitorKey(passes, found, visitor)
    if (!hasVisit && !password) await guesses.checkStranger(found, { ...visitor, key })
    return { decision, found, picture, hasVisit, key }
  }

  async function admit(asked: Asked, visitor: Visitor, withPicture: boolean): Promise<Entry> {
    const { decision, found, hasVisit, key, ...looked } = await lookUp(asked, visitor, withPicture)
    if (found === null) return { state: 'absent' }
    if (decision.state !== 'open') return decision
    const picture = withPicture ? await looked.picture() : null
    if (withPicture && picture === null) return { state: 'absent' }
    if (asked.want === 'card') return { state: 'open', share: found, picture, pass: null }
    // What makes previews is told nothing of what may be seen so and so often.
    if (found.view_limit !== null && visitor.counts === 'preview' && !hasVisit) return { state: 'private' }
    const pass = await countVisit(counting, found, { ...visitor, hasVisit, key })
    return pass === 'refused' ? { state: 'ended' } : { state: 'open', share: found, picture, pass }
  }

  return {
    enter: (asked, visitor) => admit(asked, visitor, false),
    async picture(asked, visitor) {
      const entry = await admit(asked, visitor, true)
      if (entry.state !== 'open') throw refusalOf(entry)
      const { picture } = entry
      if (picture === null) throw absent()
      return { ...entry, picture }
    },
    async givePassword(name, password, visitor) {
      const { decision, found } = await lookUp({ name, want: 'page' }, { ...visitor, passes: [] }, false)
      if (found === null) throw absent()
      if (decision.state !== 'open' && decision.state !== 'password') throw refusalOf(decision)
      if (found.password === null) return null
      await checkPassword(ports, { ...found, password: found.password }, { password, address: visitor.address })
      return passes.give('password', found)
    },
    async page(share, place) {
      const keep = remembered.keeper(share)
      const [page, count] = await Promise.all([shownPage(db, share, place), countShown(db, share)])
      // They are asked for next.
      keep(page.pictures)
      return toSharedPage(share, { ...page, count, cdnUrl: ports.cdnUrl })
    },
    pictures: (share) => openPictures({ db, shownNow }, share),
    newest: (share, limit) => shownLast(db, share, limit),
    nameAt: (address) => nameAt(db, address),
    cover: (share) => coverPicture(db, share),
    freshSeconds({ password, view_limit: limit, expires_at: end }) {
      if (password !== null || limit !== null) return null
      const left = end === null ? Infinity : Math.floor((end.getTime() - now()) / 1000)
      return Math.max(0, Math.min(cachedSeconds, left))
    },
    async prune() {
      await db.deleteFrom('share_visits').where('until', '<', new Date(now())).execute()
    },
  }
}
