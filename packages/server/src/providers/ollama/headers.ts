import type { CallContext } from '../spec/provider.ts'

/** Ollama knows no keys; a proxy in front of it may. */
export function headersFor(context: CallContext): Record<string, string> {
  return context.key === null ? {} : { authorization: `Bearer ${context.key}` }
}
