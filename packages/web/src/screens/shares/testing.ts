import type { Share } from '@easel/contract'

/** A link to a picture, open and without options. */
export function link(change: Partial<Share> = {}): Share {
  return {
    id: '01900000-0000-7000-8000-000000000002',
    kind: 'image',
    imageId: '01900000-0000-7000-8000-000000000001',
    albumId: null,
    label: null,
    coverId: '01900000-0000-7000-8000-000000000001',
    images: 1,
    name: 'abc',
    url: '/s/abc',
    fileUrl: '/images/abc',
    state: 'open',
    title: null,
    comment: null,
    startsAt: null,
    expiresAt: null,
    hasPassword: false,
    viewLimit: null,
    views: 0,
    viewedAt: null,
    download: true,
    prompt: false,
    listed: false,
    address: null,
    createdAt: '2026-11-21T12:00:00.000Z',
    revokedAt: null,
    ...change,
  }
}
