// Taking a library out and bringing one in. The export itself, `GET /api/me/export`, and what `downloadImages` gives
// the address of answer with a zip archive and are no rows here.
import { z } from 'zod'
import { Download, DownloadRequest } from './downloads.ts'
import { LibraryRecords, RecordOutcomes } from './library-records.ts'
import type { Route } from './route.ts'
import { AccountDeletion, AddedImage, ImageUpload, KnownImages, KnownImagesQuestion } from './uploads.ts'

export const transferRoutes = {
  addImage: {
    method: 'POST',
    path: '/api/images',
    summary:
      'Bring in a picture, sent or by its address. Takes multipart/form-data too. Answers 200 when the same file is there already.',
    access: 'write',
    limit: 'upload',
    body: ImageUpload,
    status: 201,
    response: AddedImage,
  },
  knownImages: {
    method: 'POST',
    path: '/api/images/known',
    summary: 'Which of these files are in the library already.',
    access: 'write',
    body: KnownImagesQuestion,
    status: 200,
    response: KnownImages,
  },
  downloadImages: {
    method: 'POST',
    path: '/api/images/download',
    summary:
      'Make a zip archive of pictures: those named, or all that a search finds. Its address serves it for a while.',
    access: 'read',
    limit: 'upload',
    body: DownloadRequest,
    status: 201,
    response: z.object({ data: Download }),
  },
  takeBackRecords: {
    method: 'POST',
    path: '/api/import',
    summary:
      'Take back records of an export: tags, generations, lineage, albums, saved searches, lists, templates, styles and, for who runs the place, share links; and say which pictures of it are to be sent.',
    access: 'write',
    guests: 'refused',
    limit: 'upload',
    body: LibraryRecords,
    status: 200,
    response: RecordOutcomes,
  },
  deleteMe: {
    method: 'DELETE',
    path: '/api/me',
    summary: 'Delete the account with everything in it. It is closed at once; the pictures go soon after, for good.',
    access: 'account',
    limit: 'code',
    body: AccountDeletion,
    status: 204,
  },
} as const satisfies Record<string, Route>
