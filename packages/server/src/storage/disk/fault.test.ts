import { describe, expect, it } from 'vitest'
import { StorageError } from '../spec/storage.ts'
import { asStorage, orNull, toStorageError } from './fault.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, write`), { code })
}

describe('faults of the file system', () => {
  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'failed'],
    ['EACCES', 'failed'],
    ['EIO', 'failed'],
    ['EXDEV', 'failed'],
  ])('ST8: %s is %s, with its cause', async (code, fault) => {
    const cause = systemError(code)
    await expect(asStorage('store a', () => Promise.reject(cause))).rejects.toMatchObject({
      name: 'StorageError',
      fault,
      cause,
      message: `Could not store a: ${cause.message}`,
    })
  })

  it('leaves a StorageError as it is', () => {
    const error = new StorageError('range', 'outside')
    expect(toStorageError('open a', error)).toBe(error)
  })

  it('takes only absence for absence', async () => {
    expect(await orNull(Promise.reject(systemError('ENOENT')))).toBeNull()
    expect(await orNull(Promise.reject(systemError('ENOTDIR')))).toBeNull()
    await expect(orNull(Promise.reject(systemError('EIO')))).rejects.toThrow('EIO')
  })
})
