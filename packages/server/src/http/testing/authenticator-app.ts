import { Secret, TOTP } from 'otpauth'

const stepMs = 30_000

/** What an authenticator app shows for this secret, now or so many steps later: a code counts only once. */
export function codeOf(secret: string, later = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) })
  return totp.generate({ timestamp: Date.now() + later * stepMs })
}
