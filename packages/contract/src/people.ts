// Albums shared with people who have an account on the same server. Rules in docs/spec/people.md (SP1 …).
import { z } from 'zod'
import { Id, PlainText } from './primitives.ts'

const nonEmpty = (max: number) => PlainText(max).refine((text) => text.trim().length > 0, 'must not be empty')

/** What a member may do: a viewer looks and copies, an editor also adds, removes and puts labels. */
export const MemberRole = z.enum(['viewer', 'editor'])
export type MemberRole = z.infer<typeof MemberRole>

/** The whole e-mail address or the whole name of somebody, in whatever case. */
export const PeopleQuestion = z.object({ text: nonEmpty(254) })

/** Somebody as others on the server see them. */
export const Person = z.object({ id: Id, name: z.string() })
export type Person = z.infer<typeof Person>

/** A group that the caller is in. */
export const Group = z.object({ id: Id, name: z.string(), members: z.int() })
export type Group = z.infer<typeof Group>

/** Somebody, or a group, that an album is shared with. */
export const AlbumPerson = z.object({
  /** Of this sharing: what it is taken back by. */
  id: Id,
  kind: z.enum(['user', 'group']),
  /** Of the user or the group. */
  whoId: Id,
  name: z.string(),
  /** Of a group; null for one person. */
  members: z.int().nullable(),
  role: MemberRole,
  /** Whether prompt, settings and labels of the owner's pictures are told. */
  prompt: z.boolean(),
  createdAt: z.iso.datetime(),
})
export type AlbumPerson = z.infer<typeof AlbumPerson>

/** Shares an album with somebody or a group, or says anew what they may. */
export const AlbumPersonPut = z.object({
  kind: AlbumPerson.shape.kind,
  whoId: Id,
  role: MemberRole,
  /** Absent: it is not told. */
  prompt: z.boolean().default(false),
})
export type AlbumPersonPut = z.infer<typeof AlbumPersonPut>

/** An album that is shared with the caller, or by them. */
export const SharedAlbum = z.object({
  id: Id,
  name: z.string(),
  description: z.string().nullable(),
  owner: Person,
  role: z.enum(['owner', ...MemberRole.options]),
  /** Whether prompts of the owner's pictures are told to the caller. */
  prompt: z.boolean(),
  /** Path of a thumbnail; null: there is nothing to show. */
  coverUrl: z.string().nullable(),
  /** Pictures that the caller sees in it. */
  images: z.int(),
  changedAt: z.iso.datetime(),
})
export type SharedAlbum = z.infer<typeof SharedAlbum>

/** A picture as a member of the album may see it: nothing here tells what its owner does not. */
export const MemberImage = z.object({
  id: Id,
  width: z.int(),
  height: z.int(),
  mimeType: z.string(),
  /** Base64 of a thumbhash, or null until it is made. */
  thumbhash: z.string().nullable(),
  /** Whose it is. */
  owner: Person,
  /** Whether it is the caller's own. */
  mine: z.boolean(),
  /** Whether the caller may put labels on it and take them off. */
  taggable: z.boolean(),
  title: z.string().nullable(),
  labels: z.array(z.string()),
  /** Paths. `thumbnailUrl` takes `size=1280` for what fits a screen; `fileUrl` is what is saved. */
  thumbnailUrl: z.string(),
  fileUrl: z.string(),
  /** Null where it is not told. */
  story: z
    .object({
      prompt: z.string().nullable(),
      negativePrompt: z.string().nullable(),
      model: z.string().nullable(),
      seed: z.number().nullable(),
      parameters: z.record(z.string(), z.unknown()),
    })
    .nullable(),
  createdAt: z.iso.datetime(),
})
export type MemberImage = z.infer<typeof MemberImage>

/** Pictures of one's own that an editor puts into an album. */
export const SharedAddition = z.object({
  imageIds: z.array(Id).min(1).max(1000),
  /** Whether their prompts are told to all who see the album. Absent: they are not. */
  prompt: z.boolean().default(false),
})
export type SharedAddition = z.infer<typeof SharedAddition>

const label = nonEmpty(200)

export const SharedLabels = z
  .object({
    imageIds: z.array(Id).min(1).max(100),
    add: z.array(label).max(50).default([]),
    remove: z.array(label).max(50).default([]),
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, { message: 'must not be empty', path: ['add'] })
export type SharedLabels = z.infer<typeof SharedLabels>

export const SharedCopy = z.object({ imageIds: z.array(Id).min(1).max(50) })

/** What became of a picture that was to be copied. */
export const CopiedImage = z.object({
  imageId: Id,
  /** In the copier's library; null: see `problem`. */
  copyId: Id.nullable(),
  /** False: the same bytes were there already. */
  isNew: z.boolean(),
  problem: z.string().nullable(),
})
export type CopiedImage = z.infer<typeof CopiedImage>

/** A group as administrators see it. */
export const ManagedGroup = z.object({
  id: Id,
  name: z.string(),
  members: z.array(Person.extend({ email: z.string().nullable() })),
  createdAt: z.iso.datetime(),
})
export type ManagedGroup = z.infer<typeof ManagedGroup>

export const ManagedGroupCreate = z.strictObject({ name: nonEmpty(100), memberIds: z.array(Id).max(1000).default([]) })
export type ManagedGroupCreate = z.infer<typeof ManagedGroupCreate>

/** `memberIds`: all of them from now on. What is absent stays as it is. */
export const ManagedGroupChange = z.strictObject({
  name: nonEmpty(100).optional(),
  memberIds: z.array(Id).max(1000).optional(),
})
export type ManagedGroupChange = z.infer<typeof ManagedGroupChange>
