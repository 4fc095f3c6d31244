import { pino, type Logger } from 'pino'

/** Structured log: one JSON object a line. Ids and counts only; never a prompt, a key or a file's words. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug'

/** A log that writes to standard output; pino escapes newlines, so a value cannot forge a line. */
export function openLog(level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
