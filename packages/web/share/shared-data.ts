import type { SharedPage } from '@easel/contract'

/** What the page was made from: the server wrote it into the page. Null on pages that show no pictures. */
export function sharedPage(): SharedPage | null {
  const text = document.querySelector('#shared')?.textContent
  if (text === undefined || text === null) return null
  const page: SharedPage = JSON.parse(text)
  return page
}

/** The next pictures of a link. `closed`: it is not open any more, or asks for its password again; `failed`: there may be more later. */
export async function morePictures(name: string, cursor: string): Promise<SharedPage | 'closed' | 'failed'> {
  const response = await fetch(`/s/${encodeURIComponent(name)}/images?cursor=${encodeURIComponent(cursor)}`)
  if ([401, 403, 404, 410].includes(response.status)) return 'closed'
  if (!response.ok) return 'failed'
  const { data }: { data: SharedPage } = await response.json()
  return data
}
