// Pictures taken out. The browser fetches and keeps them itself, so that it shows how far it is and goes on where it broke off.
import { routes, type DownloadRequest, type Image, type PictureForm } from '@easel/contract'
import { useMutation } from '@tanstack/react-query'
import { addressOf, call } from './client.ts'

/** Where a picture can be fetched in a form. */
export function pictureAddress({ url }: Pick<Image, 'url'>, form: PictureForm | null): string {
  if (form === null) return addressOf(url, { query: { download: true } })
  const { format, quality, longestSide, prompt } = form
  return addressOf(url, { query: { download: true, format, quality, longestSide, prompt } })
}

/** Hands an address to the browser as a file to keep. */
export function saveAddress(address: string): void {
  const link = document.createElement('a')
  link.href = address
  // Its name is what the server says.
  link.download = ''
  link.click()
}

/** Has pictures made into an archive, and hands that to the browser. */
export function useDownload() {
  return useMutation({
    mutationFn: async (body: DownloadRequest) => (await call(routes.downloadImages, { body })).data,
    onSuccess: ({ url }) => saveAddress(url),
  })
}
