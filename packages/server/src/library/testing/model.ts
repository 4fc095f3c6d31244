// What a library should be, in a few lines: pictures, tags, albums and bulk actions as plain values.
import { present } from '#base/errors.ts'

export type Action =
  | { readonly type: 'tag' | 'untag'; readonly tags: readonly string[] }
  | { readonly type: 'album-add' | 'album-remove'; readonly album: number }
  | { readonly type: 'favourite'; readonly favourite: boolean }
  | { readonly type: 'rate'; readonly rating: number }
  | { readonly type: 'trash' | 'restore' | 'erase' }

/** Pictures and albums are known by a number, tags by their name, bulk actions by how many of this client's have come since. */
export type Step =
  | { readonly type: 'keep'; readonly number: number; readonly tags: readonly string[] }
  | { readonly type: 'change'; readonly number: number; readonly favourite: boolean; readonly rating: number }
  | { readonly type: 'tag' | 'untag'; readonly number: number; readonly tags: readonly string[] }
  | { readonly type: 'trash' | 'restore'; readonly number: number }
  | { readonly type: 'album-add' | 'album-remove'; readonly album: number; readonly numbers: readonly number[] }
  | {
      readonly type: 'album-order'
      readonly album: number
      readonly numbers: readonly number[]
      readonly before: number | null
    }
  | { readonly type: 'album-delete'; readonly album: number }
  | { readonly type: 'tag-rename'; readonly from: string; readonly to: string }
  | { readonly type: 'tag-delete'; readonly from: string }
  | { readonly type: 'bulk'; readonly action: Action; readonly numbers: readonly number[] }
  | { readonly type: 'bulk-search'; readonly action: Action; readonly tag: string }
  | { readonly type: 'undo'; readonly back: number }
  | { readonly type: 'expire' }

/** `ok`, the code of an error, or how many pictures a bulk action has changed. */
export type Outcome = string | number

interface Picture {
  /** By identity: one that is deleted and made anew is another one. */
  readonly tags: Set<number>
  favourite: boolean
  rating: number
  /** When it was put in the trash; null: it is not there. */
  trashed: number | null
}

interface Album {
  order: number[]
  /** Counts the changes of the order. */
  version: number
  /** Something was put back where a changed order has no place for it: anywhere will do. */
  anyOrder: boolean
}

interface Change {
  readonly number: number
  readonly tags?: readonly number[]
  readonly rating?: number
  readonly trashed?: number | null
}

interface BulkDone {
  readonly action: Action
  readonly changes: readonly Change[]
  /** Of the album before it, and its version after. */
  readonly order: readonly number[]
  readonly version: number
  undone: boolean
}

export interface Model {
  readonly pictures: Map<number, Picture>
  readonly tags: Map<string, number>
  readonly albums: Map<number, Album>
  readonly bulks: Map<number, BulkDone[]>
  /** Of the newest tag, and of the newest time. */
  last: number
}

export const emptyModel = (albums: number): Model => ({
  pictures: new Map(),
  tags: new Map(),
  albums: new Map(Array.from({ length: albums }, (_, at) => [at, { order: [], version: 0, anyOrder: false }])),
  bulks: new Map(),
  last: 0,
})

function tagId(model: Model, name: string): number {
  const known = model.tags.get(name)
  if (known !== undefined) return known
  model.tags.set(name, ++model.last)
  return model.last
}

const live = (model: Model, number: number): Picture | null => {
  const picture = model.pictures.get(number)
  return picture === undefined || picture.trashed !== null ? null : picture
}

const trashed = (model: Model, number: number): Picture | null => {
  const picture = model.pictures.get(number)
  return picture === undefined || picture.trashed === null ? null : picture
}

function setOrder(album: Album, order: number[]): void {
  if (order.length === album.order.length && order.every((number, at) => album.order[at] === number)) return
  album.order = order
  album.version++
}

const takeOut = (album: Album, numbers: readonly number[]) =>
  setOrder(
    album,
    album.order.filter((number) => !numbers.includes(number)),
  )

function erase(model: Model, number: number): void {
  model.pictures.delete(number)
  for (const album of model.albums.values()) takeOut(album, [number])
}

function changePicture(model: Model, action: Action, number: number): Change | null {
  const picture = present(model.pictures.get(number), `picture ${number}`)
  switch (action.type) {
    case 'tag':
    case 'untag': {
      const wanted = action.type === 'tag'
      const ids = action.tags.flatMap((name) => (wanted ? tagId(model, name) : (model.tags.get(name) ?? [])))
      const tags = ids.filter((id) => picture.tags.has(id) !== wanted)
      for (const id of tags) {
        if (wanted) picture.tags.add(id)
        else picture.tags.delete(id)
      }
      return tags.length === 0 ? null : { number, tags }
    }
    case 'favourite':
      if (picture.favourite === action.favourite) return null
      picture.favourite = action.favourite
      return { number }
    case 'rate': {
      const { rating } = picture
      if (rating === action.rating) return null
      picture.rating = action.rating
      return { number, rating }
    }
    case 'trash':
      picture.trashed = model.last
      return { number, trashed: model.last }
    case 'restore': {
      const { trashed: before } = picture
      picture.trashed = null
      return { number, trashed: before }
    }
    case 'erase':
      erase(model, number)
      return { number }
    case 'album-add':
    case 'album-remove': {
      const album = present(model.albums.get(action.album), `album ${action.album}`)
      if (album.order.includes(number) === (action.type === 'album-add')) return null
      if (action.type === 'album-add') setOrder(album, [...album.order, number])
      else takeOut(album, [number])
      return { number }
    }
  }
}

/** Of pictures that are there; a bulk action leaves out what it cannot be done to. */
function bulk(
  model: Model,
  { action, client }: { action: Action; client: number },
  numbers: readonly number[],
): Outcome {
  const fits = action.type === 'restore' || action.type === 'erase' ? trashed : live
  const targets = numbers.filter((number) => fits(model, number) !== null)
  model.last++
  const album = 'album' in action ? model.albums.get(action.album) : undefined
  const order = [...(album?.order ?? [])]
  const impossible = 'album' in action && album === undefined
  const changes = impossible ? [] : targets.flatMap((number) => changePicture(model, action, number) ?? [])
  const done = { action, changes, order, version: album?.version ?? 0, undone: false }
  model.bulks.set(client, [...(model.bulks.get(client) ?? []), done])
  return changes.length
}

/** Puts a picture back where it stood in its album, as far as the album still has that place. */
function putBack(album: Album, { order, version, changes }: BulkDone): void {
  const back = changes.map(({ number }) => number).filter((number) => !album.order.includes(number))
  if (back.length === 0) return
  // What is erased by now has no place any more.
  if (album.version === version)
    album.order = order.filter((number) => album.order.includes(number) || back.includes(number))
  else {
    album.order = [...album.order, ...back]
    album.anyOrder = true
  }
  album.version++
}

function takeBack(model: Model, { action, ...change }: { action: Action } & Change): void {
  const picture = model.pictures.get(change.number)
  if (picture === undefined) return
  const known = new Set(model.tags.values())
  switch (action.type) {
    case 'tag':
      for (const id of change.tags ?? []) picture.tags.delete(id)
      break
    case 'untag':
      for (const id of change.tags ?? []) if (known.has(id)) picture.tags.add(id)
      break
    case 'favourite':
      if (picture.favourite === action.favourite) picture.favourite = !action.favourite
      break
    case 'rate':
      if (picture.rating === action.rating) picture.rating = change.rating ?? 0
      break
    case 'trash':
      if (picture.trashed === change.trashed) picture.trashed = null
      break
    case 'restore':
      picture.trashed ??= change.trashed ?? null
      break
    default:
      break
  }
}

function undo(model: Model, client: number, back: number): Outcome {
  const bulks = model.bulks.get(client) ?? []
  const done = bulks.at(-1 - back)
  if (done === undefined) return 'not-found'
  const { action } = done
  if (action.type === 'erase' || done.undone) return 'conflict'
  done.undone = true
  const album = 'album' in action ? model.albums.get(action.album) : undefined
  const changes = done.changes.filter(({ number }) => model.pictures.has(number))
  const numbers = changes.map(({ number }) => number)
  if (album !== undefined && action.type === 'album-add') takeOut(album, numbers)
  if (album !== undefined && action.type === 'album-remove') putBack(album, { ...done, changes })
  for (const change of changes) takeBack(model, { ...change, action })
  return 'ok'
}

/** Moves pictures of an album to before another one. */
function reorder(model: Model, { album: at, numbers, before }: Extract<Step, { type: 'album-order' }>): Outcome {
  const album = model.albums.get(at)
  if (album === undefined || !numbers.every((number) => album.order.includes(number))) return 'not-found'
  const others = album.order.filter((number) => !numbers.includes(number))
  const place = before === null ? others.length : others.indexOf(before)
  if (place === -1) return 'not-found'
  // The same order is written in other positions.
  album.version++
  album.order = others.toSpliced(place, 0, ...numbers)
  return 'ok'
}

function rename(model: Model, from: string, to: string | null): Outcome {
  const id = model.tags.get(from)
  if (id === undefined) return 'not-found'
  if (from === to) return 'ok'
  const into = to === null ? null : tagId(model, to)
  for (const { tags } of model.pictures.values()) if (tags.delete(id) && into !== null) tags.add(into)
  model.tags.delete(from)
  return 'ok'
}

/** What a step of a client does to the library, and what the client is told. */
export function applyStep(model: Model, client: number, step: Step): Outcome {
  switch (step.type) {
    case 'keep': {
      const tags = new Set(step.tags.map((name) => tagId(model, name)))
      model.pictures.set(step.number, { tags, favourite: false, rating: 0, trashed: null })
      return 'ok'
    }
    case 'change': {
      const picture = live(model, step.number)
      if (picture === null) return 'not-found'
      picture.favourite = step.favourite
      picture.rating = step.rating
      return 'ok'
    }
    case 'tag':
    case 'untag':
    case 'trash':
    case 'restore': {
      if ((step.type === 'restore' ? trashed : live)(model, step.number) === null) return 'not-found'
      model.last++
      changePicture(model, step, step.number)
      return 'ok'
    }
    case 'album-add': {
      const album = model.albums.get(step.album)
      if (album === undefined || step.numbers.some((number) => live(model, number) === null)) return 'not-found'
      setOrder(album, [...new Set([...album.order, ...step.numbers])])
      return 'ok'
    }
    case 'album-remove': {
      const album = model.albums.get(step.album)
      if (album === undefined) return 'not-found'
      takeOut(album, step.numbers)
      return 'ok'
    }
    case 'album-order':
      return reorder(model, step)
    case 'album-delete':
      return model.albums.delete(step.album) ? 'ok' : 'not-found'
    case 'tag-rename':
      return rename(model, step.from, step.to)
    case 'tag-delete':
      return rename(model, step.from, null)
    case 'bulk':
      return bulk(model, { action: step.action, client }, step.numbers)
    case 'bulk-search':
      return bulk(model, { action: step.action, client }, foundBy(model, step.tag))
    case 'undo':
      return undo(model, client, step.back)
    case 'expire': {
      for (const number of model.pictures.keys()) if (trashed(model, number) !== null) erase(model, number)
      return 'ok'
    }
  }
}

/** Pictures with a tag in the order of the list: the newest have the highest numbers. */
function foundBy(model: Model, tag: string): readonly number[] {
  const id = model.tags.get(tag)
  if (id === undefined) return []
  const all = [...model.pictures].flatMap(([number, { tags }]) => (tags.has(id) ? number : []))
  return all.toSorted((a, b) => b - a)
}

export interface State {
  readonly pictures: Readonly<Record<number, unknown>>
  readonly albums: Readonly<Record<number, readonly number[]>>
  readonly tags: readonly string[]
}

const numerically = (a: number, b: number) => a - b

/** What can be seen of a library; the same is read from the database. `anyOrder`: albums whose order is not told. */
export function stateOf({ pictures, tags, albums }: Model): State & { anyOrder: ReadonlySet<number> } {
  const names = new Map([...tags].map(([name, id]) => [id, name]))
  const anyOrder = new Set([...albums].flatMap(([at, album]) => (album.anyOrder ? at : [])))
  const seen = [...pictures].map(([number, picture]) => [
    number,
    {
      favourite: picture.favourite,
      rating: picture.rating,
      trashed: picture.trashed !== null,
      tags: [...picture.tags].map((id) => names.get(id) ?? '').toSorted(),
    },
  ])
  return {
    anyOrder,
    pictures: Object.fromEntries(seen),
    albums: Object.fromEntries(
      [...albums].map(([at, { order }]) => [at, anyOrder.has(at) ? order.toSorted(numerically) : order]),
    ),
    tags: [...tags.keys()].toSorted(),
  }
}

/**
 * Whether there is an order of all the clients' steps, each client's in its own order, in which everybody is told what they were told
 * and the library ends as it did.
 */
export function isExplained(
  model: Model,
  clients: readonly (readonly (readonly [Step, Outcome])[])[],
  fits: (model: Model) => boolean,
): boolean {
  if (clients.every((left) => left.length === 0)) return fits(model)
  return clients.some((left, client) => {
    const [first, ...rest] = left
    if (first === undefined) return false
    const [step, told] = first
    const next = structuredClone(model)
    if (applyStep(next, client, step) !== told) return false
    return isExplained(next, clients.with(client, rest), fits)
  })
}
