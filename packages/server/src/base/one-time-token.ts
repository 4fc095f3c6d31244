import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, for a link that is shown or sent once. */
export const newOneTimeToken = (): string => randomBytes(32).toString('base64url')

/** What is stored of such a token: nothing slower is needed for so many random bits. */
export const digestOfToken = (token: string): string => createHash('sha256').update(token).digest('base64url')
