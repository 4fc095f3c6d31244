import { describe, expect, it } from 'vitest'
import { ApiError } from './client.ts'
import { faultsOf } from './form-faults.ts'

const fault = (...fields: { field: string; message: string }[]) => new ApiError('validation-failed', 'x', { fields })

describe('the faults of a form', () => {
  it('stand at the fields they name', () => {
    expect(faultsOf(fault({ field: 'body.settings.organization', message: 'is unknown' }))).toEqual({
      general: null,
      fields: { organization: 'Is unknown' },
    })
  })

  it('are told in general when they name none, or none of this form', () => {
    expect(faultsOf(new ApiError('conflict', 'There is one of that name'))).toEqual({
      general: 'There is one of that name',
      fields: {},
    })
    const both = fault(
      { field: 'body.email', message: 'is no address' },
      { field: 'body.code', message: 'is too long' },
    )
    expect(faultsOf(both, ['email'])).toEqual({ general: 'Code is too long', fields: { email: 'Is no address' } })
  })

  it('are none when nothing went wrong', () => {
    expect(faultsOf(null)).toEqual({ general: null, fields: {} })
  })
})
