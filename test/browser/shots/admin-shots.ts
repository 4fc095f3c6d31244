import type { Page } from 'playwright-core'
import { signedIn, somebody } from './cast.ts'
import type { Shot } from './shot.ts'

const about =
  (action: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: `Actions for ${somebody.name}` }).click()
    await page.getByRole('menuitem', { name: action }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor()
  }

/** What only administrators see. */
export const adminShots: readonly Shot[] = [
  signedIn('admin', '/admin', async (page) => await page.getByRole('heading', { name: 'Queue' }).waitFor()),
  signedIn('admin-people', '/admin/people', async (page) => {
    await page.getByRole('button', { name: `Actions for ${somebody.name}` }).click()
    await page.getByRole('menuitem', { name: 'Keep out' }).waitFor()
  }),
  signedIn('admin-limits', '/admin/people', about('Limits')),
  signedIn('admin-removal', '/admin/people', about('Remove…')),
  signedIn('admin-invitations', '/admin/invitations', async (page) => {
    await page.getByLabel('E-mail (optional)').fill('cleo@example.org')
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByText(/#invitation=/).waitFor()
  }),
  signedIn('admin-rules', '/admin/rules', async (page) => {
    await page.getByLabel('Pictures a day').first().fill('500')
    await page.getByText('Not saved yet.').waitFor()
  }),
  signedIn(
    'admin-log',
    '/admin/log',
    async (page) => await page.getByRole('list', { name: 'Security events' }).waitFor(),
  ),
  signedIn('engines-offer', '/engines', async (page) => {
    await page.getByRole('button', { name: /^Actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByText('Offer to everybody').scrollIntoViewIfNeeded()
  }),
]
