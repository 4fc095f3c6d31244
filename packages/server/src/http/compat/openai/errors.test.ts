import { describe, expect, it } from 'vitest'
import type { ErrorCode, ErrorKind } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { NoPicture } from '../ended.ts'
import { refusalOf } from './errors.ts'

describe('OpenAI’s words', () => {
  it.each<[ErrorCode, number, string | null]>([
    ['unauthorized', 401, 'invalid_api_key'],
    ['forbidden', 403, 'insufficient_permissions'],
    ['quota-exceeded', 429, 'insufficient_quota'],
    ['too-many-requests', 429, 'rate_limit_exceeded'],
    ['unknown-model', 404, 'model_not_found'],
    ['not-found', 404, 'not_found'],
    ['idempotency-mismatch', 409, 'idempotency_key_in_use'],
    ['too-large', 413, 'request_too_large'],
    ['unsupported-media-type', 400, 'invalid_file'],
    ['foreign-origin', 403, null],
    ['disk-full', 507, 'server_error'],
    ['shutting-down', 503, 'server_error'],
  ])('OA30: %s', (code, status, there) => {
    const refusal = refusalOf(new EaselError(code, 'Why.'))
    expect(refusal).toMatchObject({ status, error: { message: 'Why.', code: there } })
    expect(refusal?.again).toBe(code === 'too-many-requests')
  })

  it('OA30: a field has the name that it has there', () => {
    const fields = [{ field: 'body.sources', message: 'x' }]
    expect(refusalOf(new EaselError('validation-failed', 'x', { fields }))?.error.param).toBe('image')
  })

  it.each<[ErrorKind, number, string]>([
    ['content-rejected', 400, 'moderation_blocked'],
    ['bad-request', 400, 'invalid_value'],
    ['unsupported', 400, 'unsupported_value'],
    ['not-found', 404, 'model_not_found'],
    ['quota', 429, 'insufficient_quota'],
    ['rate-limited', 429, 'rate_limit_exceeded'],
    ['auth', 502, 'engine_refused_key'],
    ['unavailable', 503, 'engine_unavailable'],
    ['timeout', 504, 'engine_timeout'],
    ['malformed-response', 502, 'engine_failed'],
    ['interrupted', 500, 'interrupted'],
    ['internal', 500, 'server_error'],
  ])('OA32: %s of an engine, before the request was taken and after', (kind, status, code) => {
    expect(refusalOf(new ProviderError(kind, 'Why.'))).toMatchObject({ status, error: { code }, again: false })
    const error = { kind, message: 'Why.', retryable: true, engineStatus: kind === 'rate-limited' ? 429 : 500 }
    const after = refusalOf(new NoPicture({ error, state: 'failed' }))
    expect(after).toMatchObject({ status, error: { message: 'Why.', code }, again: kind === 'rate-limited' })
  })

  it('OA33: nobody is at fault for what was cancelled or deleted', () => {
    for (const state of ['cancelled', 'succeeded'] as const) {
      expect(refusalOf(new NoPicture({ error: null, state }))).toMatchObject({
        status: 400,
        error: { code: 'generation_ended' },
      })
    }
  })

  it('OA30: a fault of our own is nobody’s business', () => {
    expect(refusalOf(new TypeError('inside'))).toBeNull()
  })
})
