// Visits of links: who gets in, and what is counted. Rules SH10 … in docs/spec/sharing.md.
import { sql } from 'kysely'
import type { SharedPage } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { absent, decide, refusalOf, type Decision, type FoundShare, type Want } from './decide.ts'
import { findShare } from './find.ts'
import { takeOne, WaitError, type ShareLimits } from './limits.ts'
import type { Pass, Passes } from './passes.ts'
import { createRecent } from './recent.ts'
import { coverOf, type ShareRow } from './share-record.ts'
import { countShown, shownPage, shownPicture, type ShownPicture } from './shown-pictures.ts'
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

/** What was decided, for pages that say it in their own words. */
export type Entry =
  | {
      readonly state: 'open'
      readonly share: ShareRow
      /** To be given to the visitor. */
      readonly pass: Pass | null
    }
  | Exclude<Decision, { state: 'open' }>

export interface OpenEntry {
  readonly share: ShareRow
  readonly picture: ShownPicture
  readonly pass: Pass | null
}

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
  readonly clock?: Clock | undefined
}

const hourMs = 3_600_000
const quarterMs = 900_000
const archivePage = 100
/** So long it may take until a link that was taken back is gone everywhere. */
const cachedSeconds = 300

/** Counts a visit of a link that has a number of them. @returns whether it was one of that number */
async function countLimited(db: Db, { id }: ShareRow): Promise<boolean> {
  const counted = await db
    .updateTable('shares')
    .set((eb) => ({ views: eb('views', '+', 1), viewed_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`coalesce(views < view_limit, true)`)
    .returning('id')
    .execute()
  return counted.length > 0
}

/** Counts a visit, but for one of the same visitor within the hour. */
async function countOpen(db: Db, { id }: ShareRow, visitor: string): Promise<void> {
  await sql`
    with came as (
      insert into share_visits (share_id, visitor, until) values (${id}, ${visitor}, now() + interval '1 hour')
      on conflict (share_id, visitor) do update set until = excluded.until where share_visits.until <= now()
      returning share_id
    )
    update shares set views = views + 1, viewed_at = now() where id in (select share_id from came)`.execute(db)
}

export function createVisits(ports: VisitsPorts): Visits {
  const { db, log, passes, limits, verifyPassword, clock = systemClock } = ports
  const now = () => clock.now()
  const entered = createRecent(hourMs, now)
  const missed = createRecent(quarterMs, now)

  const visitorOf = (share: ShareRow, { address, agent }: Visitor) =>
    passes.digest(JSON.stringify([share.id, address, agent]))

  /** A name that leads nowhere, each counted once. @throws WaitError */
  async function miss(name: string, { address }: Visitor): Promise<void> {
    const key = passes.digest(JSON.stringify([address, name]))
    const known = missed.has(key)
    missed.add(key)
    if (!known) await takeOne(limits.misses, address)
    else await checkGuesses(address)
  }

  async function checkGuesses(address: string): Promise<void> {
    const ms = await limits.misses.left(address)
    if (ms > 0) throw new WaitError(ms)
  }

  /** Whoever has guessed too often sees only what they have opened already. @throws WaitError */
  async function checkStranger(share: ShareRow, visitor: Visitor): Promise<void> {
    const key = visitorOf(share, visitor)
    if (entered.has(key)) return
    const ms = await limits.misses.left(visitor.address)
    if (ms === 0) return
    const visit = db.selectFrom('share_visits').where('share_id', '=', share.id).where('visitor', '=', key)
    const known = await visit.where('until', '>', new Date(now())).select('share_id').executeTakeFirst()
    if (known === undefined) throw new WaitError(ms)
  }

  /** @returns what the visitor is given for it; `refused` when there were as many already */
  async function count(share: ShareRow, visitor: Visitor, hasVisit: boolean): Promise<Pass | 'refused' | null> {
    if (share.view_limit !== null) {
      if (hasVisit || visitor.counts === 'head') return null
      return (await countLimited(db, share)) ? passes.give('visit', share) : 'refused'
    }
    const key = visitorOf(share, visitor)
    if (visitor.counts !== 'visit' || entered.has(key)) return null
    await countOpen(db, share, key)
    entered.add(key)
    return null
  }

  async function lookUp({ name, want }: Asked, visitor: Visitor) {
    const found = await findShare(db, name)
    const hasVisit = found !== null && passes.isGood('visit', found, visitor.passes)
    const password = found !== null && passes.isGood('password', found, visitor.passes)
    const decision = decide(found, { now: now(), password, visit: hasVisit }, want)
    if (found === null || decision.state === 'absent') {
      await miss(name, visitor)
      return { decision: { state: 'absent' } as const, hasVisit }
    }
    if (!hasVisit && !password) await checkStranger(found, visitor)
    return { decision, found, hasVisit }
  }

  async function admit(asked: Asked, visitor: Visitor, withPicture: boolean) {
    const { decision, found, hasVisit } = await lookUp(asked, visitor)
    if (decision.state !== 'open' || found === undefined) return { decision, picture: null }
    const picture = withPicture ? await pictureOf(found, asked) : null
    if (withPicture && picture === null) return { decision: { state: 'absent' } as const, picture }
    if (asked.want === 'card') return { decision, share: found, picture, pass: null }
    // What makes previews is told nothing of what may be seen so and so often.
    if (found.view_limit !== null && visitor.counts === 'preview' && !hasVisit)
      return { decision: { state: 'private' } as const, picture: null }
    const pass = await count(found, visitor, hasVisit)
    if (pass === 'refused') return { decision: { state: 'ended' } as const, picture: null }
    return { decision, share: found, picture, pass }
  }

  async function pictureOf(share: FoundShare, { imageId }: Asked): Promise<ShownPicture | null> {
    const id = imageId ?? share.image_id
    return id === null ? null : await shownPicture(db, share, id)
  }

  return {
    async enter(asked, visitor) {
      const { decision, share, pass = null } = await admit(asked, visitor, false)
      if (decision.state !== 'open') return decision
      return share === undefined ? { state: 'absent' } : { state: 'open', share, pass }
    },
    async picture(asked, visitor) {
      const { decision, share, picture, pass = null } = await admit(asked, visitor, true)
      if (decision.state !== 'open') throw refusalOf(decision)
      if (share === undefined || picture === null) throw absent()
      return { share, picture, pass }
    },
    async givePassword(name, password, visitor) {
      const { decision, found } = await lookUp({ name, want: 'page' }, { ...visitor, passes: [] })
      if (found === undefined || (decision.state !== 'open' && decision.state !== 'password')) throw refusal(decision)
      if (found.password === null) return null
      const { byAddress, byLink } = limits.passwords
      const keys = { byAddress: JSON.stringify([found.id, visitor.address]), byLink: found.id }
      // Counted before it is tried, so that many at once are counted too.
      await takeOne(byAddress, keys.byAddress)
      await takeOne(byLink, keys.byLink)
      if (!(await verifyPassword(found.password, password))) {
        log.info({ share: found.id }, 'wrong password for a link')
        throw new EaselError('unauthorized', 'That is not the password.')
      }
      await byAddress.giveBack(keys.byAddress)
      await byLink.giveBack(keys.byLink)
      return passes.give('password', found)
    },
    async page(share, place) {
      const [page, count] = await Promise.all([shownPage(db, share, place), countShown(db, share)])
      return toSharedPage(share, page, count)
    },
    async *pictures(share) {
      for (let cursor: string | undefined; ;) {
        const { pictures, nextCursor } = await shownPage(db, share, { limit: archivePage, cursor })
        yield pictures
        if (nextCursor === null) return
        cursor = nextCursor
        // Taken back, ended or closed while it is sent: from then on nothing more leaves.
        const again = decide(await findShare(db, share.name), { now: now(), password: true, visit: true }, 'archive')
        if (again.state !== 'open') throw refusalOf(again)
      }
    },
    async cover(share) {
      const row = await db.selectFrom('shares').where('id', '=', share.id).select(coverOf.as('id')).executeTakeFirst()
      return row === undefined || row.id === null ? null : await shownPicture(db, share, row.id)
    },
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

const refusal = (decision: Decision): EaselError => (decision.state === 'open' ? absent() : refusalOf(decision))
