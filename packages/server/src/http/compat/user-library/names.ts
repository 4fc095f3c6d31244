// Names and addresses of contract C.

/** Where a user's own clients load a picture from. Names of files are plain letters, digits, `.`, `_` and `-`. */
export const uploadPath = (userId: string, filename: string): string => `/uploads/images/user-${userId}/${filename}`

/** More often nobody encodes a name. */
const mostDecodings = 5

/** Whether a name, however it is encoded, would lead out of the folder of its owner. @param name as it stands in the address, or decoded */
export function leadsOut(name: string): boolean {
  let text = name
  for (let round = 0; round <= mostDecodings; round++) {
    if (/[/\\\0]/.test(text) || text === '..' || text === '.') return true
    let decoded: string
    try {
      decoded = decodeURIComponent(text)
    } catch {
      // What is left is no encoding of anything.
      return false
    }
    if (decoded === text) return false
    text = decoded
  }
  return true
}
