// What a message says, made anew for each attempt.
import type { WebhookDelivery, WebhookMessage } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { WebhookPorts } from './ports.ts'
import { toWebhook, type WebhookRow } from './records.ts'

type Data = Readonly<Record<string, unknown>>

const addresses: ReadonlySet<string> = new Set(['url', 'thumbnailUrl', 'previewUrl', 'fileUrl'])

function withOrigin(data: Data, origin: string): Data {
  const whole = (name: string, value: unknown) =>
    typeof value === 'string' && value.startsWith('/') && addresses.has(name) ? origin + value : value
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, whole(name, value)]))
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A generation's pictures have addresses too. */
function withWholeAddresses(data: Data, origin: string | null): Data {
  if (origin === null) return data
  const { images, ...rest } = withOrigin(data, origin)
  if (!Array.isArray(images)) return { ...rest, ...(images === undefined ? {} : { images }) }
  return { ...rest, images: images.map((image: unknown) => (isData(image) ? withOrigin(image, origin) : image)) }
}

async function thingOf(
  { show }: Pick<WebhookPorts, 'show'>,
  webhook: WebhookRow,
  delivery: WebhookDelivery,
): Promise<Data | null> {
  const { type, subjectId } = delivery
  const [kind] = type.split('.')
  if (kind === 'webhook') return { ...toWebhook(webhook) }
  const look = kind === 'generation' ? show.generation : kind === 'image' ? show.image : show.share
  if (subjectId === null) return null
  try {
    return await look(webhook.user_id, subjectId)
  } catch (error) {
    if (error instanceof EaselError && error.code === 'not-found') return null
    throw error
  }
}

/** The body of a delivery's message as things are now; null: what it tells of is gone. */
export async function bodyOf(
  ports: Pick<WebhookPorts, 'show' | 'publicUrl'>,
  webhook: WebhookRow,
  delivery: WebhookDelivery,
): Promise<string | null> {
  const thing = await thingOf(ports, webhook, delivery)
  if (thing === null) return null
  const data = withWholeAddresses(thing, ports.publicUrl)
  return JSON.stringify({ type: delivery.type, timestamp: delivery.happenedAt, data } satisfies WebhookMessage)
}
