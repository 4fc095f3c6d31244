import { join } from 'node:path'
import { ensureOwner } from '#auth/owner.ts'
import { createConnections } from '#connections/connections.ts'
import { createGenerations } from '#generation/generations.ts'
import { createCollections } from '#library/collections.ts'
import { createDerivatives } from '#library/derivatives.ts'
import { createImages } from '#library/images.ts'
import { createQuotas } from '#library/quotas.ts'
import { createPromptParts } from '#prompts/parts.ts'
import { preparePrompt } from '#prompts/prepare.ts'
import { readPromptPart } from '#prompts/read-part.ts'
import { createWriting } from '#prompts/writing.ts'
import { createEngineHttp } from '#providers/kit/engine-http.ts'
import { checkAddress } from '#providers/kit/guard.ts'
import { createTransfer } from '#transfer/transfer.ts'
import type { AssembleOptions, Foundations } from './foundations.ts'
import { createFetchPicture } from './remote-pictures.ts'

/** What pictures are asked of, made with and kept in. */
export async function openLibrary({ config, log, providers }: AssembleOptions, foundations: Foundations) {
  const { database, secrets, storage, events, jobs, defaults } = foundations
  const { db } = database
  const connections = createConnections({
    db,
    jobs,
    events,
    secrets,
    providers,
    log,
    http: createEngineHttp,
    privateEngines: { allowed: config.privateEngines, checkPublic: checkAddress },
  })
  const ownerId = await ensureOwner(db)
  await connections.ensureInstanceConnections(ownerId, config.engines, { share: config.auth === 'accounts' })
  const collections = createCollections({ db, storage, events, log, trashDays: config.trashDays })
  const images = createImages({ db, events, log, sidecars: collections.sidecars })
  const derivatives = createDerivatives({ db, storage, events, log })
  const minFreeBytes = config.minFreeBytes
  const quotas = createQuotas({ db, defaults: () => defaults.current() })
  const generations = createGenerations({
    db,
    jobs,
    events,
    connections,
    storage,
    images,
    quotas,
    log,
    minFreeBytes,
    preparePrompt: (userId, prompt) => preparePrompt(db, userId, prompt),
  })
  const promptParts = createPromptParts({ db, events })
  const { sidecars } = collections
  const writing = createWriting({ db, log, events, jobs, connections, providers, images, storage, quotas, sidecars })
  const transfer = createTransfer({
    db,
    storage,
    events,
    images,
    derivatives,
    quotas,
    log,
    minFreeBytes,
    readPromptPart,
    temporaryFolder: join(config.dataFolder, 'tmp'),
    maxBytes: config.maxUploadBytes,
    fetchPicture: createFetchPicture(),
  })
  return {
    ownerId,
    connections,
    collections,
    images,
    derivatives,
    quotas,
    generations,
    promptParts,
    writing,
    ...transfer,
  }
}

export type Library = Awaited<ReturnType<typeof openLibrary>>
