// The package entry: what both ends of Easel's HTTP API promise, by explicit name.
export { errorCodes, ErrorKind, Problem, type ErrorCode } from './problem.ts'
export {
  Capabilities,
  ModelInfo,
  NumberRange,
  ProviderInfo,
  Retirement,
  retirementWords,
  SizeRule,
} from './catalogue.ts'
export {
  Connection,
  ConnectionCreate,
  ConnectionTest,
  ModelDefault,
  ModelDefaultChange,
  ModelFamily,
  Price,
  Profile,
} from './connections.ts'
export {
  Adjustment,
  Estimate,
  FallbackFrom,
  Generation,
  GenerationFailure,
  GenerationRequest,
  GenerationState,
  ImageSpec,
  SyncGeneration,
  SyncGenerationRequest,
  terminalStates,
} from './generations.ts'
export { Download, DownloadRequest, PictureForm, PictureFormat, PictureFormQuery } from './downloads.ts'
export { Image, ImageSource } from './images.ts'
export { EaselEvent, type EaselEventType } from './events.ts'
export { Tag, TagType } from './tags.ts'
export {
  DeliveryState,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookCreate,
  WebhookDelivery,
  WebhookEvent,
  WebhookMessage,
  WebhookOff,
} from './webhooks.ts'
export {
  Share,
  ShareChange,
  ShareCreate,
  SharedImage,
  SharedPage,
  SharePassword,
  ShareState,
  ShareTarget,
} from './shares.ts'
export {
  AlbumPerson,
  AlbumPersonPut,
  CopiedImage,
  Group,
  ManagedGroup,
  ManagedGroupChange,
  ManagedGroupCreate,
  MemberImage,
  MemberRole,
  Person,
  SharedAddition,
  SharedAlbum,
  SharedLabels,
} from './people.ts'
export {
  Album,
  AlbumChange,
  AlbumCreate,
  AlbumOrder,
  Bulk,
  BulkAction,
  BulkRequest,
  CountedTag,
  ImageChange,
  SavedSearch,
  SavedSearchChange,
  SavedSearchCreate,
  Selection,
  StoredFilter,
  Timeline,
  TimelineBucket,
} from './collections.ts'
export {
  ImageFilter,
  parseSearch,
  searchOf,
  type ParsedSearch,
  type SearchFault,
  type SearchPart,
  type SearchQuery,
  type WantedTag,
} from './search.ts'
export {
  ExportedAlbum,
  ExportedAlbumPicture,
  ExportedGeneration,
  ExportedPromptPart,
  ExportedSearch,
  ExportedShare,
  LibraryRecords,
  LineageLink,
  PictureQuestion,
  RecordOutcome,
  RecordOutcomes,
} from './library-records.ts'
export { Cursor, Id, Page, Size } from './primitives.ts'
export {
  AgainRequest,
  Lineage,
  PromptPart,
  PromptPartChange,
  PromptPartCreate,
  PromptPartEntry,
  PromptPartKind,
  PromptPreview,
  PromptPreviewRequest,
  PromptResolution,
} from './prompts.ts'
export { fillPath, type Access, type Limit, type Route, type RouteInput, type RouteOutput } from './route.ts'
export { routes } from './routes.ts'
export { Described, DescribeRequest, Refined, RefineRequest, TextModel, WritingChoice } from './writing.ts'
export { AccountDeletion, AddedImage, ExportedPicture, ImageFacts, ImageUpload, UploadTags } from './uploads.ts'
export { factsOfRecord } from './exported-record.ts'
export {
  readBeside,
  sortFiles,
  type FoundFiles,
  type FoundPicture,
  type ImportDocument,
  type StoryBeside,
} from './found-files.ts'
export { factsOfSidecar, parseOldLibrary, type OldPicture } from './old-libraries.ts'
export {
  ApiKey,
  ApiKeyCreate,
  AuthStatus,
  Guest,
  Me,
  PasswordChange,
  PasswordForgotten,
  PasswordReset,
  ProfileChange,
  Role,
  Scope,
  Session,
  SetUp,
  SignedIn,
  SignIn,
  SignUp,
} from './account.ts'
export {
  Factors,
  Passkey,
  PasskeyChange,
  PasskeyCreate,
  PasskeyCreation,
  PasskeyRequest,
  PasskeySignIn,
  PasswordAgain,
  SecondFactor,
  SingleSignOnFault,
  TwoFactorCode,
  TwoFactorSecret,
} from './factors.ts'
export {
  AuditEntry,
  InstanceDefaults,
  Invitation,
  InvitationCreate,
  ManagedUser,
  ManagedUserChange,
  Overview,
  Quota,
  QuotaOverride,
  Usage,
  UserRemoval,
} from './administration.ts'
