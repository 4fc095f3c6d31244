import { describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { createRemembered, rememberMs } from './remembered.ts'
import { foundShare, shownPicture } from './testing.ts'

function open() {
  let now = 1_000_000
  let looks = 0
  const remembered = createRemembered(() => now)
  const looked = async <T>(work: (count: <F>(value: F) => () => Promise<F>) => Promise<T>): Promise<number> => {
    const before = looks
    await work((value) => async () => {
      looks += 1
      return value
    })
    return looks - before
  }
  return {
    remembered,
    later: (ms: number) => void (now += ms),
    /** How often the database was asked for this link. */
    share: (found: ReturnType<typeof foundShare> | null, name = found?.name ?? 'absent') =>
      looked((count) => remembered.share(name, count(found === null ? null : { share: found, picture: null }))),
    picture: (
      found: ReturnType<typeof foundShare>,
      picture: ReturnType<typeof shownPicture> | null,
      id = picture?.id,
    ) => looked((count) => remembered.picture(found, id ?? newId(), count(picture))),
  }
}

describe('what is remembered of a link', () => {
  it('SH24: a link and its pictures are looked for once in five seconds', async () => {
    const { share, picture, later } = open()
    const found = foundShare()
    const fox = shownPicture()
    expect([await share(found), await share(found), await picture(found, fox), await picture(found, fox)]).toEqual([
      1, 0, 1, 0,
    ])
    later(rememberMs)
    expect([await share(found), await picture(found, fox)]).toEqual([1, 1])
  })

  it('SH24: a picture that was found with its link is not looked for', async () => {
    const { remembered, picture } = open()
    const found = foundShare()
    const fox = shownPicture()
    await remembered.share(found.name, async () => ({ share: found, picture: fox }))
    expect(await picture(found, fox)).toBe(0)
  })

  it('SH24: pictures that were listed are not looked for', async () => {
    const { remembered, share, picture } = open()
    const found = foundShare()
    const pictures = [shownPicture(), shownPicture()] as const
    await share(found)
    remembered.keeper(found)(pictures)
    expect([await picture(found, pictures[0]), await picture(found, pictures[1])]).toEqual([0, 0])
  })

  it.each([
    ['a password', { password: 'hash' }],
    ['a number of visits', { view_limit: 3 }],
    ['an end by its owner', { revoked_at: new Date() }],
    ['an owner whose account is closed', { owned: false }],
    ['nothing to show', { shows: false }],
  ])('SH24: nothing of a link with %s', async (_, change) => {
    const { share, picture } = open()
    const found = foundShare(change)
    const fox = shownPicture()
    expect([await share(found), await share(found), await picture(found, fox), await picture(found, fox)]).toEqual([
      1, 1, 1, 1,
    ])
  })

  it('SH24: nothing that is not there', async () => {
    const { share, picture } = open()
    const found = foundShare()
    const id = newId()
    expect([await share(null), await share(null)]).toEqual([1, 1])
    await share(found)
    expect([await picture(found, null, id), await picture(found, null, id)]).toEqual([1, 1])
  })

  it('SH24: what one owner changes ends theirs alone, and null everybody’s', async () => {
    const { remembered, share } = open()
    const [one, other] = [foundShare(), foundShare()]
    await share(one)
    await share(other)
    remembered.forget(one.user_id)
    expect([await share(one), await share(other)]).toEqual([1, 0])
    remembered.forget(null)
    expect([await share(one), await share(other)]).toEqual([1, 1])
  })

  it('SH24: what was read before a change is not kept after it', async () => {
    const { remembered, share, picture } = open()
    const found = foundShare()
    const fox = shownPicture()
    await remembered.share(found.name, async () => {
      remembered.forget(found.user_id)
      return { share: found, picture: fox }
    })
    expect(await share(found)).toBe(1)
    const keep = remembered.keeper(found)
    remembered.forget(newId())
    keep([fox])
    expect(await picture(found, fox)).toBe(1)
  })

  it('SH24: while a change of this process may not be committed yet, nothing of its owner is kept', async () => {
    const { remembered, share, later } = open()
    const [found, other] = [foundShare(), foundShare()]
    await share(found)
    remembered.distrust(found.user_id)
    expect([await share(found), await share(found), await share(other), await share(other)]).toEqual([1, 1, 1, 0])
    later(500)
    expect([await share(found), await share(found)]).toEqual([1, 0])
  })

  it('SH24: a great many links and pictures do not fill the memory', async () => {
    const { remembered, share, picture } = open()
    const first = foundShare()
    const fox = shownPicture()
    await share(first)
    await picture(first, fox)
    for (let n = 0; n < 2_000; n++) await share(foundShare())
    expect(await share(first)).toBe(1)
    await picture(first, fox)
    const large = foundShare()
    await share(large)
    remembered.keeper(large)(Array.from({ length: 5_000 }, () => shownPicture()))
    expect(await picture(first, fox)).toBe(1)
  })
})
