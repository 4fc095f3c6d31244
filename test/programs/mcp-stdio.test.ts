// The official client against `easel mcp`. Rules in docs/spec/cli.md (CM8) and docs/spec/mcp.md.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cli, openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

async function connect(key: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const env = { PATH: process.env.PATH ?? '', XDG_CONFIG_HOME: place.config, EASEL_URL: place.address, EASEL_KEY: key }
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [cli, 'mcp'], env, stderr: 'ignore' }),
  )
  return client
}

it('CM8: an assistant draws over standard input and output, and hears how far it is', async () => {
  const client = await connect(await place.key('read', 'generate'))
  expect(client.getServerVersion()?.name).toBe('easel')
  expect((await client.listTools()).tools).toHaveLength(8)
  const signs: number[] = []
  const result = CallToolResultSchema.parse(
    await client.callTool({ name: 'generate_image', arguments: { prompt: 'a fox', size: '256x256' } }, undefined, {
      onprogress: ({ progress }) => signs.push(progress),
    }),
  )
  expect(result.content.map(({ type }) => type)).toEqual(['text', 'image'])
  expect(signs.length).toBeGreaterThan(0)
  const shared = await client.callTool({ name: 'share_image', arguments: { ids: ['0'.repeat(36)] } })
  expect(shared.isError).toBe(true)
  await client.close()
})

it('CM8: a wrong key is said to whoever asks', async () => {
  await expect(connect('easel_nonesuch')).rejects.toThrow(/401|not valid/)
})
