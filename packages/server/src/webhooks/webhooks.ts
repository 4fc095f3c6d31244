// Other programs that are told what happens in a library. Rules are numbered in docs/spec/webhooks.md (WH1 …).
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { startNoting } from './note.ts'
import type { WebhookPorts } from './ports.ts'
import { createProfiles, type Profiles } from './profiles.ts'
import { startSender } from './sender.ts'

/** Every function takes the user whose webhooks it means; somebody else's are `not-found`. */
export interface Webhooks extends Profiles, Deliveries {
  /** Makes deliveries of whatever no notification told of. */
  note(): Promise<void>
  /** Messages under way have so long to end, else they are handed back. */
  close(graceMs: number): Promise<void>
}

/** @param sends whether this process sends; deliveries are made in every process */
export async function openWebhooks(ports: WebhookPorts, { sends }: { readonly sends: boolean }): Promise<Webhooks> {
  const noting = await startNoting(ports)
  const sender = sends ? await startSender(ports) : null
  return {
    ...createProfiles(ports),
    ...createDeliveries(ports.db),
    note: () => noting.noteAll(),
    async close(graceMs) {
      await noting.close()
      await sender?.stop(graceMs)
    },
  }
}
