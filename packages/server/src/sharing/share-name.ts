import { randomInt } from 'node:crypto'

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** 62²² is 2¹³⁰. No hyphen: what finds addresses in a text often leaves one out that stands at the end. */
const secretLength = 22

/** A name that nobody guesses. @param words what is to stand before the secret */
export function newShareName(words: string | undefined): string {
  const secret = Array.from({ length: secretLength }, () => characters.charAt(randomInt(characters.length))).join('')
  return words === undefined ? secret : `${words}-${secret}`
}

/** Whether a text can be the name of a link at all; nothing else has to be looked up. */
export const isShareName = (text: string): boolean => /^[\w.-]{1,255}$/.test(text)
