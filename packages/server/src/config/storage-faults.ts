// What is wrong with the settings of where pictures are kept, and of who sends them.
import { signedUrl } from './settings.ts'

type Given = Readonly<Record<string, string>>

// A prefix is made of what keys are made of: see docs/spec/storage.md, ST1.
const bucketAddress =
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])?){0,8}\/?$/

export function storageFaults(given: Given): readonly string[] {
  return [...(given.EASEL_STORAGE?.startsWith('s3:') === true ? bucketFaults(given) : []), ...handOffFaults(given)]
}

function bucketFaults(given: Given): readonly string[] {
  const faults: string[] = []
  const { EASEL_STORAGE: address = '', S3_ENDPOINT: endpoint, AWS_REGION: region } = given
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secretKey } = given
  if (!bucketAddress.test(address)) {
    faults.push(
      'EASEL_STORAGE must be s3://bucket or s3://bucket/prefix; who asks and where have settings of their own',
    )
  }
  if ((keyId === undefined) !== (secretKey === undefined)) {
    faults.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together')
  } else if (endpoint !== undefined && keyId === undefined) {
    faults.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set for S3_ENDPOINT')
  }
  if (endpoint === undefined && region === undefined) {
    faults.push('AWS_REGION must be set for a bucket of Amazon, such as eu-central-1; for another store, S3_ENDPOINT')
  }
  return faults
}

function handOffFaults(given: Given): readonly string[] {
  const { EASEL_HAND_OFF: handOff, EASEL_STORAGE: storage, EASEL_TRUSTED_PROXIES: proxies } = given
  if (handOff === undefined) return []
  if (handOff === signedUrl) {
    if (storage?.startsWith('s3:') === true) return []
    return [`EASEL_HAND_OFF can be ${signedUrl} only where EASEL_STORAGE is a bucket (s3://…)`]
  }
  const faults: string[] = []
  if (proxies === undefined)
    faults.push('EASEL_TRUSTED_PROXIES must be set for EASEL_HAND_OFF: files are handed to nobody else')
  if (storage?.startsWith('file:') === false)
    faults.push(
      `EASEL_HAND_OFF works only with files in a folder: EASEL_STORAGE must be one or not be set (a bucket takes ${signedUrl})`,
    )
  return faults
}
