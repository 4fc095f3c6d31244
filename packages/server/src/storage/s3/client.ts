import { S3Client } from '@aws-sdk/client-s3'
import type { StorageAccess } from '../spec/storage.ts'

const connectMs = 5_000

/** How long the store may take, in milliseconds. */
export interface Waits {
  /** To the beginning of an answer; storing has more, by what there is to send. */
  readonly answerMs: number
  /** Without a byte while somebody waits for one. */
  readonly silenceMs: number
}

export const usualWaits: Waits = { answerMs: 15_000, silenceMs: 30_000 }

/** Each reader of a large picture holds a connection for as long as the download takes. */
const mostConnections = 512

/** What stores with an endpoint of their own take for a region when none is said. */
const usualRegion = 'us-east-1'

function credentialsOf({ keyId, secretKey, sessionToken }: StorageAccess) {
  // Without keys the SDK looks for those of the machine, such as the role of a virtual machine or a pod.
  if (keyId === null || secretKey === null) return {}
  const token = sessionToken === null ? {} : { sessionToken }
  return { credentials: { accessKeyId: keyId, secretAccessKey: secretKey, ...token } }
}

/** The SDK's client. It sends a request again by itself where that is safe, three times in all. */
export function createClient(access: StorageAccess, { answerMs }: Waits = usualWaits): S3Client {
  const { endpoint } = access
  const agent = { keepAlive: true, maxSockets: mostConnections }
  return new S3Client({
    ...credentialsOf(access),
    region: access.region ?? usualRegion,
    // Stores with an address of their own seldom have one for each bucket.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 3,
    // What the SDK adds by itself since 2025 is not understood by many stores; bodies are signed by their SHA-256 anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      // A body that is read slowly is not one that does not come: see body.ts.
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
}
