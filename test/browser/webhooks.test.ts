// Other programs that are told: made, tested, looked after and removed by keyboard and mouse.
import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../../packages/server/src/providers/kit/fake-engine.ts'
import { seeNoObjectionInBothThemes } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, goTo, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let easel: ServedEasel
let receiver: FakeEngine
let answer = 204
beforeAll(async () => {
  receiver = await startFakeEngine((_, reply) => reply.send(answer, ''))
  easel = await serveEasel()
})
afterAll(async () => {
  await easel.stop()
  await receiver.close()
})

const typesTold = () => receiver.requests.map(({ body }) => /"type":"([^"]+)"/.exec(body.toString())?.[1])
const rowOf = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Webhooks' }).getByRole('listitem').filter({ hasText: name })

async function choose(page: Page, action: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions for My script' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

function isSigned({ headers, body }: FakeEngine['requests'][number], secret: string): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body.toString()}`
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}

it('tells a program what happens, says what became of it, and sends again', async () => {
  const { page, context, watch } = await visit(`${easel.address}/settings/webhooks`)
  // What browsers say of the answer to an address that is none.
  watch.tolerate(/api\/webhooks.*400|status of 400/)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByText('There are none yet.').waitFor()

  await page.getByRole('button', { name: 'Add a webhook' }).press('Enter')
  const form = page.getByRole('dialog', { name: 'Add a webhook' })
  await form.getByLabel('Name').fill('My script')
  await form.getByLabel('Address').fill(`${receiver.baseUrl}/hook`)
  await form.getByRole('checkbox', { name: /^Picture added/ }).check()
  await seeNoObjectionInBothThemes(page)
  await form.getByRole('button', { name: 'Add', exact: true }).press('Enter')

  const shown = page.getByRole('dialog', { name: 'The secret of “My script”' })
  const secret = await shown.locator('code').innerText()
  await shown.getByRole('button', { name: 'Copy' }).click()
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await seeNoObjectionInBothThemes(page)
  await shown.getByRole('button', { name: 'Done' }).click()
  await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Add a webhook')
  expect(await page.content()).not.toContain(secret)

  await goTo(page, 'Studio')
  await seeResult(await ask(page, 'a lighthouse'))
  await eventually(() => receiver.requests.length).toBe(2)
  expect(new Set(typesTold())).toEqual(new Set(['generation.succeeded', 'image.added']))
  expect(receiver.requests.every((request) => isSigned(request, secret))).toBe(true)

  answer = 500
  await page.goto(`${easel.address}/settings/webhooks`)
  await choose(page, 'Send a test')
  const log = page.getByRole('dialog', { name: 'Deliveries of “My script”' })
  await log.getByText('It answered 500').waitFor()
  await seeNoObjectionInBothThemes(page)
  answer = 204
  await log.getByRole('button', { name: /^Send again: Test/ }).click()
  await eventually(() => log.getByText('Delivered').count()).toBe(3)
  await page.keyboard.press('Escape')
  await log.waitFor({ state: 'hidden' })

  await choose(page, 'Switch off')
  await rowOf(page, 'My script').getByText('Off', { exact: true }).waitFor()
  await choose(page, 'Edit')
  const change = page.getByRole('dialog', { name: 'Change the webhook' })
  await change.getByLabel('Address').fill('ftp://hook.example')
  await change.getByRole('button', { name: 'Save' }).click()
  await change.getByText('Must be a whole address with http or https').waitFor()
  await change.getByRole('button', { name: 'Cancel' }).click()
  await choose(page, 'Remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('There are none yet.').waitFor()
})
