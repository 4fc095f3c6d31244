// Row types of migration 0002: people, how they sign in, and what they may use up.
import type { ColumnType, Generated } from 'kysely'

type Timestamp = ColumnType<Date, Date | string, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>
type JsonColumn = ColumnType<unknown, string, string>
type GeneratedJson = ColumnType<unknown, string | undefined, string>
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>

export interface UserTable {
  id: string
  name: string
  role: 'admin' | 'user' | 'guest'
  email: Optional<string>
  email_verified: Generated<boolean>
  picture_url: Optional<string>
  two_factor_enabled: Generated<boolean>
  disabled_at: OptionalTimestamp
  expires_at: OptionalTimestamp
  quota: GeneratedJson
  removal: ColumnType<unknown, string | null | undefined, string | null>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
}

export interface SessionTable {
  id: string
  user_id: string
  token: string
  expires_at: Timestamp
  ip_address: Optional<string>
  user_agent: Optional<string>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
}

export interface CredentialTable {
  id: string
  user_id: string
  provider_id: string
  account_id: string
  password: Optional<string>
  access_token: Optional<string>
  refresh_token: Optional<string>
  id_token: Optional<string>
  access_token_expires_at: OptionalTimestamp
  refresh_token_expires_at: OptionalTimestamp
  scope: Optional<string>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
}

export interface VerificationTable {
  id: string
  identifier: string
  value: string
  expires_at: Timestamp
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
}

export interface TwoFactorTable {
  id: string
  user_id: string
  secret: string
  backup_codes: string
  verified: Generated<boolean>
}

export interface PasskeyTable {
  id: string
  user_id: string
  name: Optional<string>
  public_key: string
  credential_id: string
  counter: number
  device_type: string
  backed_up: boolean
  transports: Optional<string>
  aaguid: Optional<string>
  created_at: GeneratedTimestamp
}

export interface ApiKeyTable {
  id: string
  user_id: string
  name: string
  scopes: JsonColumn
  digest: string
  hint: string
  expires_at: OptionalTimestamp
  last_used_at: OptionalTimestamp
  created_at: GeneratedTimestamp
}

export interface InvitationTable {
  id: string
  email: Optional<string>
  role: 'admin' | 'user'
  digest: string
  created_by: Optional<string>
  created_at: GeneratedTimestamp
  expires_at: Timestamp
  used_by: Optional<string>
  used_at: OptionalTimestamp
}

export interface AuditTable {
  id: string
  at: GeneratedTimestamp
  actor_id: Optional<string>
  action: string
  subject_id: Optional<string>
  address: Optional<string>
  detail: GeneratedJson
}

export interface UsageTotalTable {
  user_id: string
  bytes: Generated<number>
  images: Generated<number>
}

export interface UsageDayTable {
  user_id: string
  /** `YYYY-MM-DD`, UTC */
  day: ColumnType<string, string, string>
  images: Generated<number>
  cost: Generated<number>
}

export interface RateLimitTable {
  key: string
  points: Generated<number>
  expire: Optional<number>
}

export interface InstanceSettingTable {
  name: string
  value: JsonColumn
  updated_at: GeneratedTimestamp
}

export interface ConnectionChoiceTable {
  user_id: string
  connection_id: string
}

export interface InstanceSecretTable {
  name: string
  kid: string
  wrapped: string
  created_at: GeneratedTimestamp
}

export interface AccountTables {
  connection_choices: ConnectionChoiceTable
  instance_secrets: InstanceSecretTable
  users: UserTable
  sessions: SessionTable
  credentials: CredentialTable
  verifications: VerificationTable
  two_factors: TwoFactorTable
  passkeys: PasskeyTable
  api_keys: ApiKeyTable
  invitations: InvitationTable
  audit: AuditTable
  usage_totals: UsageTotalTable
  usage_days: UsageDayTable
  rate_limits: RateLimitTable
  instance_settings: InstanceSettingTable
}
