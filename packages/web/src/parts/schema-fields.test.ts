import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf } from './schema-fields.ts'

describe('fieldsOf', () => {
  it('reads what zod writes', () => {
    const schema = z.object({
      clipSkip: z.int().min(1).max(12).default(1).describe('Layers left out'),
      moderation: z.enum(['auto', 'low']).optional(),
      tiling: z.boolean().default(false),
      organization: z.string().nullable().optional(),
      token: z.string().meta({ title: 'Access token', format: 'password' }),
      nested: z.object({ a: z.string() }).optional(),
    })
    const fields = fieldsOf(z.toJSONSchema(schema, { io: 'input' }))
    expect(fields.map(({ name, kind, label }) => [name, kind, label])).toEqual([
      ['clipSkip', 'number', 'Clip skip'],
      ['moderation', 'choice', 'Moderation'],
      ['tiling', 'switch', 'Tiling'],
      ['organization', 'text', 'Organization'],
      ['token', 'secret', 'Access token'],
    ])
    expect(fields[0]).toMatchObject({
      min: 1,
      max: 12,
      whole: true,
      initial: 1,
      help: 'Layers left out',
      required: false,
    })
    expect(fields[1]?.choices).toEqual(['auto', 'low'])
    expect(fields[4]?.required).toBe(true)
  })

  it('takes a union of constants for a choice', () => {
    const schema = z.object({ size: z.union([z.literal('small'), z.literal('large')]) })
    expect(fieldsOf(z.toJSONSchema(schema))[0]).toMatchObject({ kind: 'choice', choices: ['small', 'large'] })
  })

  it('has no fields where there is nothing to show', () => {
    expect(fieldsOf({})).toEqual([])
    expect(fieldsOf({ type: 'object', properties: {} })).toEqual([])
    expect(fieldsOf({ properties: { list: { type: 'array' }, odd: 5 } })).toEqual([])
  })
})
