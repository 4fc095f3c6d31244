// The package entry: what programs use to speak to an Easel, by explicit name.
export { addressOf, ApiError, createCall, problemOf, type Call, type CallOptions } from './call.ts'
export {
  createEasel,
  type Downloaded,
  type DownloadForm,
  type Easel,
  type EaselOptions,
  type GenerateOptions,
  type Uploaded,
  type UploadOptions,
} from './easel.ts'
export { type Progress, type WaitOptions } from './wait.ts'
export { routes, type Generation, type GenerationRequest, type Image, type Share } from '@easel/contract'
