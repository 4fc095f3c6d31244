// Passkeys, as browsers make and show them.
import { PasskeyCreate, PasskeySignIn, routes } from '@easel/contract'
import { ApiError, call } from './client.ts'

/** Whether this browser can turn our JSON into what it needs and back. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
  )
}

/** Declined, timed out, or nothing fits: browsers do not tell which, for good reasons. */
function declined(cause: unknown): never {
  throw new ApiError('declined', 'Nothing was chosen. Try again, or use your password.', { cause })
}

/** The JSON form of what the browser made, checked against the contract. */
function jsonOf(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) return declined(null)
  return credential.toJSON()
}

/** Asks the browser for a passkey of this server, and signs in with it. @throws ApiError also when the person declined */
export async function signInWithPasskey() {
  const { data } = await call(routes.askForPasskey, {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(data)
  const credential = await navigator.credentials.get({ publicKey }).catch(declined)
  const body = PasskeySignIn.parse({ credential: jsonOf(credential) })
  return await call(routes.signInWithPasskey, { body })
}

/** Has the browser make a passkey, and keeps it under that name. @throws ApiError also when the person declined */
export async function createPasskey(name: string) {
  const { data } = await call(routes.askForNewPasskey, {})
  // The browser's type does not know of a list that is absent.
  const excludeCredentials = data.excludeCredentials.map(({ transports = [], ...rest }) => ({ ...rest, transports }))
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({ ...data, excludeCredentials })
  const credential = await navigator.credentials.create({ publicKey }).catch(declined)
  const body = PasskeyCreate.parse({ name, credential: jsonOf(credential) })
  return (await call(routes.createPasskey, { body })).data
}
