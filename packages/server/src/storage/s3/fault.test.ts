import { describe, expect, it } from 'vitest'
import { StorageError } from '../spec/storage.ts'
import { asStorage, refusalOf, toStorageError } from './fault.ts'

/** What the SDK throws: an error named as S3 names it, with fields of the answer. */
function answered(name: string, status: number): Error {
  const fields = {
    AWSAccessKeyId: 'AKIASECRET',
    StringToSign: 'AWS4-HMAC-SHA256',
    $metadata: { httpStatusCode: status },
  }
  return Object.assign(new Error('Access Denied'), { name, ...fields })
}

const unanswered = (name: string, code?: string): Error =>
  Object.assign(new Error('connect'), { name, ...(code === undefined ? {} : { code }) })

describe('faults of a store', () => {
  it.each([
    ['AccessDenied', 403, 'failed'],
    ['InvalidAccessKeyId', 403, 'failed'],
    ['SignatureDoesNotMatch', 403, 'failed'],
    ['NoSuchBucket', 404, 'failed'],
    ['PermanentRedirect', 301, 'failed'],
    ['NotImplemented', 501, 'failed'],
    ['SlowDown', 503, 'unreachable'],
    ['InternalError', 500, 'unreachable'],
    ['UnknownError', 502, 'unreachable'],
    ['RequestTimeout', 408, 'unreachable'],
    ['TooManyRequests', 429, 'unreachable'],
    ['QuotaExceeded', 403, 'full'],
    ['XMinioStorageFull', 507, 'full'],
  ])('ST12: %s (%i) is %s', async (name, status, fault) => {
    const cause = answered(name, status)
    await expect(asStorage('store a', () => Promise.reject(cause))).rejects.toMatchObject({
      name: 'StorageError',
      fault,
    })
  })

  it.each([
    ['Error', 'ECONNREFUSED'],
    ['Error', 'ENOTFOUND'],
    ['Error', 'ECONNRESET'],
    ['Error', 'EPIPE'],
    ['TimeoutError', undefined],
  ])('ST12: %s %s is out of reach', (name, code) => {
    expect(toStorageError('store a', unanswered(name, code))).toMatchObject({
      fault: 'unreachable',
      code: 'storage-unavailable',
    })
  })

  it('ST12: the want of credentials is no matter of reach', () => {
    expect(toStorageError('store a', unanswered('CredentialsProviderError'))).toMatchObject({ fault: 'failed' })
  })

  it('ST13: says what was answered, and nothing of who asked', () => {
    const error = toStorageError('store a', answered('InvalidAccessKeyId', 403))
    expect(error.message).toBe('The store could not store a: Access Denied (InvalidAccessKeyId, 403)')
    expect(error.cause).toBeUndefined()
    expect(JSON.stringify(Object.entries(error))).not.toMatch(/AKIASECRET|AWS4/)
  })

  it('leaves a StorageError as it is, and reads what is none of the SDK', () => {
    const error = new StorageError('range', 'outside')
    expect(toStorageError('open a', error)).toBe(error)
    expect(refusalOf('text')).toEqual({ name: 'Error', status: null })
  })
})
