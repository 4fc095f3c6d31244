// Tools about what is there: search, look at a picture, models, tags, links.
import { ImageFilter, Tag, type ModelInfo } from '@easel/contract'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Collections } from '#library/collections.ts'
import type { Sharing } from '#sharing/sharing.ts'
import { imageData, imageLine, pictureContent, type ShownPorts } from './shown.ts'
import { defineTool, said, type Tool } from './tool.ts'

export interface LibraryToolPorts extends ShownPorts {
  readonly connections: Connections
  readonly collections: Collections
  readonly sharing: Sharing
}

const searchHelp =
  'Words, "words in this order", -without, and filters: tag:fox, model:name, provider:name, seed:7, before:2026-11-21, after:2026-11, ratio:16:9 or portrait, size:>=2000, rating:4, source:upload, is:favourite, in:"name of an album". Absent: everything.'

function sizeWords({ size }: ModelInfo['capabilities']): string {
  if (size.kind === 'free') return `any size from ${size.min} to ${size.max} pixels, usually ${size.default}`
  if (size.kind === 'fixed') return `sizes ${size.sizes.join(', ')}`
  return `shapes ${size.ratios.join(', ')}`
}

function modelLine({ id, label, capabilities, priceHint, retired }: ModelInfo): string {
  const can = [
    sizeWords(capabilities),
    ...(capabilities.sources > 0 ? [`takes ${capabilities.sources} pictures to work from`] : []),
    ...(capabilities.mask ? ['takes a mask'] : []),
    ...(capabilities.negativePrompt ? ['takes a negative prompt'] : []),
    ...(capabilities.seedMax === null ? [] : ['has seeds']),
    ...(priceHint === undefined ? [] : [priceHint]),
    ...(retired === undefined ? [] : ['was switched off by its maker']),
  ]
  return `- ${id}${label === id ? '' : ` (${label})`}: ${can.join('; ')}`
}

function listModels({ connections }: LibraryToolPorts): Tool {
  return defineTool({
    name: 'list_models',
    title: 'Engines and their models',
    description: 'The engines that can be used for drawing, and the models that each of them has now.',
    scope: 'read',
    input: z.object({
      connection: z.string().max(300).optional().describe('Only of the engine with this name or id.'),
    }),
    async run({ connection }, { caller: { userId } }) {
      const all = await connections.list(userId)
      const asked = all.filter(({ id, name }) => connection === undefined || [id, name].includes(connection))
      const lists = await Promise.all(
        asked.map(async ({ id, name, isDefault, defaultModel }) => {
          const about = { id, name, isDefault, defaultModel }
          try {
            return { ...about, models: await connections.models(userId, id), fault: null }
          } catch (error) {
            // One that is away does not hide the others.
            if (!(error instanceof EaselError)) throw error
            return { ...about, models: [], fault: error.message }
          }
        }),
      )
      const text = lists.map(({ name, isDefault, models, fault }) =>
        [`${name}${isDefault ? ' (the usual one)' : ''}:`, ...(fault === null ? models.map(modelLine) : [fault])].join(
          '\n',
        ),
      )
      return said(text.length === 0 ? 'There is no such engine.' : text.join('\n\n'), { connections: lists })
    },
  })
}

function searchImages({ images }: LibraryToolPorts): Tool {
  return defineTool({
    name: 'search_images',
    title: 'Search the library',
    description: 'Finds pictures of the library. Gives their ids, sizes, prompts and tags; get_image shows one.',
    scope: 'read',
    input: z.object({
      query: ImageFilter.shape.q.describe(searchHelp),
      limit: z.int().min(1).max(100).default(20),
      cursor: z.string().max(200).optional().describe('The nextCursor of an earlier answer, for what follows it.'),
    }),
    async run({ query: q, limit, cursor }, use) {
      const { data, nextCursor } = await images.list(use.caller.userId, {
        limit,
        ...(q === undefined ? {} : { q }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      const none = nextCursor === null ? 'Nothing was found.' : 'Nothing yet; there is more to search.'
      const more = nextCursor === null ? [] : [`There is more: cursor ${nextCursor}`]
      const lines = data.length === 0 ? [none] : data.map(imageLine)
      return said([...lines, ...more].join('\n'), { images: data.map((image) => imageData(image, use)), nextCursor })
    },
  })
}

function getImage(ports: LibraryToolPorts): Tool {
  return defineTool({
    name: 'get_image',
    title: 'Look at a picture',
    description: 'Shows a picture of the library, made small enough to look at, with everything known of it.',
    scope: 'read',
    input: z.object({
      id: z.uuid().describe('Of the picture.'),
      longestSide: z.int().min(64).max(2048).default(1024).describe('Pixels at most.'),
    }),
    async run({ id, longestSide }, use) {
      const image = await ports.images.get(use.caller.userId, id)
      const picture = await pictureContent(ports, use, { id, longestSide })
      const data = { ...imageData(image, use), negativePrompt: image.negativePrompt, parameters: image.parameters }
      const { content } = said(imageLine(image), data)
      return { content: [...content, picture], structuredContent: data }
    },
  })
}

function tagImages({ images, collections: { details } }: LibraryToolPorts): Tool {
  const tags = z.array(z.union([z.string().min(1).max(200), Tag])).max(100)
  const asTags = (given: z.output<typeof tags>) =>
    given.map((tag) => (typeof tag === 'string' ? { tagType: 'LABEL' as const, tagId: tag } : tag))
  return defineTool({
    name: 'tag_image',
    title: 'Put tags on a picture, or take them off',
    description: 'Changes the tags of a picture of the library.',
    scope: 'write',
    input: z.object({
      id: z.uuid().describe('Of the picture.'),
      add: tags.default([]).describe('Labels to put on it.'),
      remove: tags.default([]).describe('Labels to take off it.'),
    }),
    async run({ id, add, remove }, use) {
      const { userId } = use.caller
      if (remove.length > 0) await details.removeTags(userId, id, asTags(remove))
      if (add.length > 0) await details.addTags(userId, id, asTags(add))
      const image = await images.get(userId, id)
      return said(imageLine(image), { image: imageData(image, use) })
    },
  })
}

function shareImage({ sharing: { links } }: LibraryToolPorts): Tool {
  return defineTool({
    name: 'share_image',
    title: 'Make a link that shows a picture to anybody',
    description:
      'Makes a public link to a picture or to several. Whoever has it sees them without signing in, until it expires or is revoked in Easel. Do this only when the person asks for it.',
    scope: 'write',
    input: z.object({
      ids: z.array(z.uuid()).min(1).max(100).describe('Of the pictures.'),
      title: z.string().max(300).optional().describe('Stands above them.'),
      hours: z.int().min(1).max(87_600).optional().describe('How long the link works. Absent: until it is revoked.'),
      password: z.string().min(4).max(200).optional().describe('Asked of visitors.'),
      download: z.boolean().default(true).describe('Whether visitors may save the originals.'),
      prompt: z.boolean().default(false).describe('Whether visitors may read how they were made.'),
    }),
    async run({ ids, hours, title, password, ...more }, use) {
      await use.count('share')
      const [imageId = ''] = ids
      const target = ids.length === 1 ? { kind: 'image' as const, imageId } : { kind: 'images' as const, imageIds: ids }
      const share = await links.create(use.caller.userId, {
        ...more,
        target,
        ...(title === undefined ? {} : { title }),
        ...(password === undefined ? {} : { password }),
        ...(hours === undefined ? {} : { expiresAt: new Date(Date.now() + hours * 3_600_000).toISOString() }),
      })
      const url = new URL(share.url, use.origin).href
      const { id, expiresAt } = share
      const until = expiresAt === null ? 'until it is revoked' : `until ${expiresAt}`
      return said(`${url} shows it to whoever has this link, ${until}.`, { id, url, expiresAt })
    },
  })
}

export const libraryTools = (ports: LibraryToolPorts): readonly Tool[] =>
  [listModels, searchImages, getImage, tagImages, shareImage].map((make) => make(ports))
