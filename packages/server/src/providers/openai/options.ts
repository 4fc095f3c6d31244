import { z } from 'zod'

// These go out as header values.
const headerValue = z.string().regex(/^[\x21-\x7e]{0,200}$/, 'must be printable ASCII without spaces')

/** The connection's own settings. */
export const settings = z.object({
  organization: headerValue
    .optional()
    .meta({ title: 'Organization', description: 'Such as org-…; only for keys of several.' }),
  project: headerValue.optional().meta({ title: 'Project', description: 'Such as proj_…; only for keys of several.' }),
  previews: z.int().min(0).max(3).default(2).meta({
    title: 'Previews',
    description:
      'Pictures shown while a single one is drawn. Each costs about 100 output tokens; 0 switches streaming off.',
  }),
})

/** One request's extra options, by the names of the API. */
export const options = z.object({
  moderation: z.enum(['auto', 'low']).optional().meta({
    title: 'Moderation',
    description: 'How strictly prompts are judged. Not for edits.',
  }),
  output_compression: z.int().min(0).max(100).optional().meta({
    title: 'Compression',
    description: 'Quality of JPEG and WebP, 0 to 100.',
  }),
  input_fidelity: z.enum(['low', 'high']).optional().meta({
    title: 'Input fidelity',
    description: 'How closely an edit keeps to its source. Not for gpt-image-2 and later.',
  }),
})
