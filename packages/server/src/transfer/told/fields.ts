// Takes values out of what other tools wrote, whatever they wrote.
import type { Told } from './told.ts'
import { UnreadableWords } from './told.ts'

export type Fields = Readonly<Record<string, unknown>>

const maxText = 100_000
const maxValue = 1000
/** More than any tool writes; a picture's words are not worth the time that more would take. */
const maxJson = 4_000_000

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As text that can be kept: no NUL and no half characters. */
export const storable = (text: string, max: number): string => text.replaceAll('\0', '').slice(0, max).toWellFormed()

/** Words, or null where there are none. */
export function words(value: unknown, max = maxText): string | null {
  if (typeof value !== 'string') return null
  const text = storable(value.trim(), max)
  return text.trim() === '' ? null : text
}

/** A seed that fits, also written as text; else null. */
export function seedOf(value: unknown): number | null {
  const seed = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value
  return typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0 ? seed : null
}

/** A number or a short text, or undefined for anything else. */
export function setting(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^-?\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Number(text)
  return text === '' ? undefined : storable(text, maxValue)
}

/** The settings that are there, under their own names here. A seed too large for Easel stays as text. */
export function settings(values: Fields): Told['parameters'] {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const found = setting(value)
    return found === undefined ? [] : [[name, found] as const]
  })
  return Object.fromEntries(entries)
}

/** A file's name without its folders, as models are called. */
export function modelName(value: unknown): string | null {
  const last = typeof value === 'string' ? value.split(/[/\\]/).at(-1) : undefined
  return words(last?.replace(/\.(?:safetensors|ckpt|gguf|pt|pth|bin|sft)$/i, ''), 300)
}

/**
 * Python writes numbers that JSON has not, and seeds that JavaScript has not: those become nothing and text.
 * Texts are passed over as a whole.
 */
const notJson = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b|-?\d{16,}(?![\d.eE])/gs

function mended(text: string): string {
  return text.replaceAll(notJson, (token) => {
    if (token.startsWith('"')) return token
    return /\d/.test(token) ? `"${token}"` : 'null'
  })
}

/**
 * Parses JSON of another tool.
 * @throws UnreadableWords when it is too long, or no JSON
 */
function parseJson(text: string, name: string): unknown {
  if (text.length > maxJson) throw new UnreadableWords(`its text “${name}” is too long`)
  try {
    return JSON.parse(/\d{16}|NaN|Infinity/.test(text) ? mended(text) : text)
  } catch {
    throw new UnreadableWords(`its text “${name}” is damaged`)
  }
}

/** Parses a JSON object. @throws UnreadableWords for anything else */
export function parseFields(text: string, name: string): Fields {
  const value = parseJson(text, name)
  if (!isFields(value)) throw new UnreadableWords(`its text “${name}” is not what it should be`)
  return value
}

/** Whether a text is meant to be a JSON object: A1111's may begin with a brace too. */
export const looksLikeJson = (text: string): boolean => /^\s*\{\s*(?:"|\})/.test(text)
