// Pictures from outside come in, as files, as base64 or by their address.
import multipart from '@fastify/multipart'
import { ImageFacts, Problem, routes, UploadTags, type Tag } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { About, AddImages } from '#transfer/add-images.ts'
import { nameInAddress, plainAddress } from '#transfer/fetch-picture.ts'
import type { Received } from '#transfer/receive.ts'
import { decodeBase64 } from '../base64-text.ts'
import { clientGone } from '../client-gone.ts'
import { asSent, drain } from '../form-parts.ts'
import { accessOf, callerOf } from '../plugins/access.ts'
import { faultOf, isTooDeep } from '../plugins/bodies.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly addImages: AddImages
}

const route = routes.addImage
const jsonLimitBytes = 12 * 1024 * 1024
const recordLimitBytes = 1024 * 1024

/** Stands for a body that is taken in part by part, after everything else was checked. */
const inParts = Symbol('multipart')

function refuse(field: string, message: string): never {
  throw new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field, message }] })
}

/** A part of a form that is JSON text. */
function parsePart<T>(name: string, text: string, schema: z.ZodType<T>): T {
  if (isTooDeep(text)) throw new EaselError('bad-request', `The ${name} part is nested too deeply.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse(`body.${name}`, 'must be JSON')
  }
  const fault = faultOf(value, `body.${name}`)
  if (fault !== null) throw fault
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({
    field: ['body', name, ...path.map(String)].join('.'),
    message,
  }))
  const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new EaselError('validation-failed', detail, { fields })
}

/** What the sender called the file, without its folders; null for nothing that can be kept. */
function plainFilename(name: string | undefined): string | null {
  const last = name?.split(/[/\\]/).at(-1)?.replaceAll('\0', '').toWellFormed().slice(0, 300) ?? ''
  return last === '' ? null : last
}

type Incoming = About & { readonly file: Received }

function withTags(facts: ImageFacts, tags: readonly Tag[] | undefined): ImageFacts {
  if (tags === undefined || tags.length === 0) return facts
  const all = [...(facts.tags ?? []), ...tags]
  return { ...facts, tags: [...new Map(all.map((tag) => [`${tag.tagType} ${tag.tagId}`, tag])).values()] }
}

async function fromJson(addImages: AddImages, { body, userId, gone }: Asked): Promise<Incoming> {
  const { url, tags, record = {} } = body
  const facts = withTags(record, tags)
  const filename = plainFilename(body.filename)
  if (url !== undefined) {
    const file = await addImages.fetch(userId, { url, field: 'body.url' }, gone)
    const address = plainAddress(url)
    return {
      file,
      filename: filename ?? plainFilename(nameInAddress(url) ?? undefined),
      facts: { source: 'import', ...facts },
      ...(address === null ? {} : { url: address }),
    }
  }
  const field = body.dataUrl === undefined ? 'body.base64' : 'body.dataUrl'
  const text = body.dataUrl === undefined ? body.base64 : /^data:[^,]{0,200};base64,(.*)$/s.exec(body.dataUrl)?.[1]
  if (text === undefined) return refuse(field, 'must begin like data:image/png;base64,')
  const file = await addImages.receive(decodeBase64(field, text), field)
  return { file, filename, facts }
}

interface Asked {
  readonly body: z.output<typeof route.body>
  readonly userId: string
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal
}

const multipartLimits = {
  files: 1,
  fields: 2,
  parts: 3,
  fieldSize: recordLimitBytes,
  fieldNameSize: 100,
  headerPairs: 100,
}

async function fromParts(addImages: AddImages, request: FastifyRequest): Promise<Incoming> {
  let file: Received | null = null
  let filename: string | null = null
  let facts: ImageFacts = {}
  let tags: Tag[] = []
  const seen = new Set<string>()
  try {
    // One byte more than allowed, so that too much is seen where it is counted.
    const limits = { ...multipartLimits, fileSize: addImages.maxBytes + 1 }
    for await (const part of asSent(() => request.parts({ limits }))) {
      if (part.type === 'file') {
        if (part.fieldname !== 'file') refuse(`body.${part.fieldname.slice(0, 50)}`, 'is not a part of this form')
        filename = plainFilename(part.filename)
        file = await addImages.receive(
          asSent(() => part.file),
          'body.file',
        )
      } else {
        const { fieldname: name } = part
        if (name !== 'record' && name !== 'tags')
          return refuse(`body.${name.slice(0, 50)}`, 'is not a part of this form')
        if (seen.has(name)) refuse(`body.${name}`, 'must be there once')
        seen.add(name)
        if (part.valueTruncated) refuse(`body.${name}`, 'must not have more than 1 MB')
        // A part that says it is JSON was read already.
        const text = typeof part.value === 'string' ? part.value : JSON.stringify(part.value)
        if (name === 'record') facts = parsePart(name, text, ImageFacts)
        else tags = parsePart(name, text, UploadTags)
      }
    }
  } catch (error) {
    await file?.discard()
    drain(request, addImages.maxBytes)
    throw error
  }
  if (file === null) return refuse('body.file', 'must be given')
  return { file, filename, facts: withTags(facts, tags) }
}

const validate: FastifySchemaCompiler<z.ZodType> = (part) => {
  const usual = validatorCompiler(part)
  return (data: unknown) => (data === inParts ? { value: data } : usual(data))
}

async function add(addImages: AddImages, request: FastifyRequest, reply: FastifyReply) {
  const { userId } = callerOf(request)
  const { file, ...about } =
    request.body === inParts
      ? await fromParts(addImages, request)
      : await fromJson(addImages, { body: route.body.parse(request.body), userId, gone: clientGone(reply) })
  try {
    const { image, isNew, note } = await addImages.add(userId, file, about)
    reply.code(isNew ? 201 : 200)
    return { data: image, ...(note === null ? {} : { note }) }
  } finally {
    await file.discard()
  }
}

export async function registerAddImages(app: FastifyInstance, { addImages }: Ports): Promise<void> {
  serve(app, routes.knownImages, async ({ caller, body }) => ({
    data: await addImages.known(caller.userId, body.sha256),
  }))
  await app.register(async (scope) => {
    await scope.register(multipart)
    scope.setValidatorCompiler(validate)
    scope.route({
      method: route.method,
      url: route.path,
      ...accessOf(route),
      bodyLimit: jsonLimitBytes,
      schema: {
        summary: route.summary,
        body: route.body,
        response: { [route.status]: route.response, 200: route.response, default: Problem },
      },
      preValidation: async (request) => {
        if (request.isMultipart()) request.body = inParts
      },
      handler: (request, reply) => add(addImages, request, reply),
    })
  })
}
