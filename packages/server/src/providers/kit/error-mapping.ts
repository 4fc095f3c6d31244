import type { ErrorKind } from '@easel/contract'
import { ProviderError, type Advice } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'
import { readRetryAfter } from './retry-after.ts'
import { redact } from './redact.ts'

/** What an engine says went wrong, whichever shape it says it in. `message` is empty where it says nothing. */
export interface EngineFault {
  readonly message: string
  readonly type: string | null
  readonly code: string | null
}

export interface Verdict {
  readonly kind: ErrorKind
  readonly advice?: Advice
}

export interface MappingOptions {
  /** The engine's name in messages. */
  readonly engine: string
  /** What must not be shown: the key. */
  readonly secrets: readonly (string | null)[]
  /** The engine's own codes and types, where they say more than the HTTP status does. */
  readonly codes?: Readonly<Record<string, Verdict>>
}

const longestBody = 65_536
const longestMessage = 500
// Scanned for secrets before it is cut to what is shown.
const longestScanned = 2000

type Fields = Readonly<Record<string, unknown>>

/** Reads the fault out of a body, decoded or as text. Knows every shape of the engines that Easel speaks to. */
export function readFault(body: unknown): EngineFault {
  if (typeof body === 'string') return fromText(body)
  // Some proxies wrap the whole answer in a list.
  if (Array.isArray(body)) return readFault(body[0] ?? '')
  if (!isFields(body)) return { message: '', type: null, code: null }
  const outer = { type: word(body['type']), code: word(body['code']) }
  const { error } = body
  if (isFields(error)) return fromErrorObject(error, outer)
  if (typeof error === 'string' && error !== '') {
    // A1111 names the class in `error` and says what happened in `errors` or `detail`.
    const said = text(body['errors']) ?? text(body['detail']) ?? text(body['message'])
    return said === null ? { message: error, ...outer } : { message: said, type: outer.type ?? error, code: outer.code }
  }
  return fromPlainObject(body, outer)
}

function fromErrorObject(error: Fields, outer: { type: string | null; code: string | null }): EngineFault {
  const details = text(error['details'])
  const message = text(error['message']) ?? details ?? ''
  return {
    // ComfyUI: "Prompt has no outputs" and the reason beside it.
    message: details !== null && details !== message ? `${message}: ${details}` : message,
    type: word(error['type']) ?? word(error['status']) ?? outer.type,
    code: word(error['code']) ?? outer.code,
  }
}

function fromPlainObject(body: Fields, outer: { type: string | null; code: string | null }): EngineFault {
  const { detail } = body
  if (Array.isArray(detail)) return { message: detail.map(validationFault).filter(Boolean).join('; '), ...outer }
  if (isFields(detail)) {
    const message = text(detail['msg']) ?? text(detail['message']) ?? ''
    return { message, type: word(detail['type']) ?? outer.type, code: word(detail['code']) ?? outer.code }
  }
  const said = text(detail) ?? text(body['message']) ?? listed(body['errors']) ?? text(body['title']) ?? ''
  return { message: said, type: outer.type ?? word(body['name']), code: outer.code }
}

/** One entry of FastAPI's list of validation errors: where, and what. */
function validationFault(entry: unknown): string {
  if (!isFields(entry)) return text(entry) ?? ''
  const where = Array.isArray(entry['loc']) ? entry['loc'].filter((part) => part !== 'body').join('.') : ''
  const what = text(entry['msg']) ?? ''
  return where === '' ? what : `${where}: ${what}`
}

function fromText(body: string): EngineFault {
  const trimmed = body.trim()
  if (/^[{[]/.test(trimmed)) {
    try {
      return readFault(JSON.parse(trimmed))
    } catch {
      // Cut short, or only looks like JSON: the words may still help.
    }
  }
  // A page's markup says nothing to a person; its status does.
  const isPage = /^<|<html|<!doctype/i.test(trimmed)
  return { message: isPage ? '' : trimmed, type: null, code: null }
}

/**
 * The beginning of the body of an error, as text: enough for any engine's words, however much follows.
 * @throws ProviderError only when the call was aborted
 */
export async function readErrorBody(response: EngineResponse): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of response.chunks()) {
      parts.push(part)
      size += part.length
      if (size >= longestBody) break
    }
  } catch (error) {
    // An error whose words broke off is still that error: its status says enough.
    if (!(error instanceof ProviderError) || error.kind === 'interrupted') throw error
  }
  return Buffer.concat(parts).toString('utf8', 0, longestBody)
}

/**
 * Turns an engine's answer other than success into a ProviderError.
 * @param answer status and headers of the answer
 * @param body its body as text
 */
export function mapHttpError(
  answer: { readonly status: number; readonly headers: Headers },
  body: string,
  options: MappingOptions,
): ProviderError {
  const fault = readFault(body)
  const retryAfterMs = readRetryAfter(answer.headers, body)
  const verdict = verdictOf(fault, options) ?? statusVerdict(answer.status, retryAfterMs !== null)
  return new ProviderError(verdict.kind, wordsFor(fault, answer.status, options), {
    advice: verdict.advice ?? 'never',
    retryAfterMs,
    status: answer.status,
  })
}

/** The error for a fault that came inside an answer which began as success: never to be sent again by itself. */
export function mapLateFault(fault: EngineFault, options: MappingOptions): ProviderError {
  return new ProviderError(verdictOf(fault, options)?.kind ?? 'unavailable', wordsFor(fault, null, options))
}

function verdictOf(fault: EngineFault, { codes = {} }: MappingOptions): Verdict | undefined {
  for (const name of [fault.code, fault.type]) if (name !== null && Object.hasOwn(codes, name)) return codes[name]
  return undefined
}

function statusVerdict(status: number, saysWhen: boolean): Verdict {
  if (status === 401 || status === 403) return { kind: 'auth' }
  if (status === 402) return { kind: 'quota' }
  if (status === 404 || status === 410) return { kind: 'not-found' }
  if (status === 408 || status === 504) return { kind: 'timeout' }
  if (status === 429) return { kind: 'rate-limited', advice: 'safe-to-resend' }
  if (status === 451) return { kind: 'content-rejected' }
  if (status === 501) return { kind: 'unsupported' }
  // Only a server that says when to come back says that it has not begun.
  if (status === 503 || status === 529) return { kind: 'unavailable', advice: saysWhen ? 'safe-to-resend' : 'never' }
  if (status >= 500) return { kind: 'unavailable' }
  if (status >= 400) return { kind: 'bad-request' }
  return { kind: 'malformed-response' }
}

function wordsFor(fault: EngineFault, status: number | null, options: MappingOptions): string {
  const words = engineWords(fault.message, options.secrets)
  if (words !== '') return `${options.engine}: ${words}`
  if (status === null) return `${options.engine} failed without saying why`
  return `${options.engine} answered with status ${status}${statusNames[status] ?? ''} and no explanation`
}

const statusNames: Readonly<Record<number, string>> = {
  401: ' (the key is missing or wrong)',
  403: ' (not allowed)',
  404: ' (not found)',
  429: ' (too many requests)',
  502: ' (bad gateway)',
  503: ' (not available)',
  504: ' (gateway timeout)',
}

/** An engine's own words, fit to be shown: one line, at most 500 characters, no key. */
export function engineWords(words: string, secrets: readonly (string | null)[]): string {
  const line = words
    .slice(0, longestScanned)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  const clean = redact(line, secrets)
  return clean.length <= longestMessage ? clean : `${clean.slice(0, longestMessage - 1)}…`
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A code or type; engines give them as words or numbers. */
function word(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : text(value)
}

function listed(value: unknown): string | null {
  return Array.isArray(value) ? text(value.filter((item) => typeof item === 'string').join('; ')) : text(value)
}
