import { z } from 'zod'
import { Id, PlainText, Size } from './primitives.ts'

/** What one picture costs, in US dollars. What an entry does not name it does not care about. */
export const Price = z.object({
  amount: z.number().min(0).max(1000),
  model: PlainText(300).min(1).optional(),
  /** In pixels or as a ratio, as the model takes it. */
  size: z.union([Size, z.string().regex(/^[1-9]\d{0,2}:[1-9]\d{0,2}$/, 'must look like 1024x1024 or 16:9')]).optional(),
  quality: PlainText(50).min(1).optional(),
})
export type Price = z.infer<typeof Price>

/** A configured engine. The key never leaves the server: only its last four characters are shown. */
export const Connection = z.object({
  id: Id,
  name: z.string(),
  provider: z.string(),
  baseUrl: z.string().nullable(),
  hasKey: z.boolean(),
  /** The last four characters of the key, or null. */
  keyHint: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  defaultModel: z.string().nullable(),
  /** Calls that may be in flight at once, over all processes. */
  concurrency: z.int(),
  /** The caller's default. */
  isDefault: z.boolean(),
  /** An administrator offers it to everybody. */
  shared: z.boolean(),
  /** False: somebody else shares it. Its address, its key's hint and its settings are not shown. */
  mine: z.boolean(),
  /** The connection that is asked when this one surely did not take the work; null: none, or somebody else's business. */
  fallbackId: Id.nullable(),
  prices: z.array(Price),
  createdAt: z.iso.datetime(),
})
export type Connection = z.infer<typeof Connection>

export const ConnectionCreate = z.object({
  name: PlainText(100).refine((name) => name.trim().length > 0, 'must not be empty'),
  provider: z.string().max(50),
  /** http or https; absent: the provider's usual address. */
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  key: z
    .string()
    .max(4000)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
    .optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  defaultModel: PlainText(300).optional(),
  concurrency: z.int().min(1).max(64).optional(),
  isDefault: z.boolean().optional(),
  /** Offers it to everybody; administrators only. */
  shared: z.boolean().optional(),
  /** Another connection that the caller can use; null: none. */
  fallbackId: Id.nullable().optional(),
  /** The whole list. */
  prices: z.array(Price).max(200).optional(),
})
export type ConnectionCreate = z.infer<typeof ConnectionCreate>

/** Result of one cheap call that spends nothing. */
export const ConnectionTest = z.object({ ok: z.boolean(), message: z.string(), models: z.int().nullable() })
export type ConnectionTest = z.infer<typeof ConnectionTest>

/** What people call a kind of model; `any` is what draws when nothing is named. */
export const ModelFamily = z.enum(['any', 'sdxl', 'flux'])
export type ModelFamily = z.infer<typeof ModelFamily>

const ChosenModel = z.object({
  connectionId: Id,
  /** null: the connection's own default. */
  model: z.string().nullable(),
})

/** Which model serves a family. */
export const ModelDefault = z.object({
  family: ModelFamily,
  /** The caller's choice, or null. */
  own: ChosenModel.nullable(),
  /** What an administrator chose for all who chose nothing, or null. */
  instance: ChosenModel.nullable(),
})
export type ModelDefault = z.infer<typeof ModelDefault>

export const ModelDefaultChange = z.object({
  family: ModelFamily,
  /** null takes the choice back. */
  connectionId: Id.nullable(),
  /** null or absent: the connection's own default. */
  model: PlainText(300).min(1).nullable().optional(),
})
export type ModelDefaultChange = z.infer<typeof ModelDefaultChange>

/** Contract E's view of a connection. */
export const Profile = z.object({
  id: Id,
  name: z.string(),
  provider: z.string(),
  modelName: z.string().nullable(),
})
export type Profile = z.infer<typeof Profile>
