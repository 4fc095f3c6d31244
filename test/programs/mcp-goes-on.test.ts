// Assistants whose server is killed under them, and who change their mind. Rules MC7 and MC12 in docs/spec/mcp.md, CM8 in docs/spec/cli.md.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startFakeSdcpp, type FakeSdcpp } from '../../packages/server/src/providers/sdcpp/fake-sdcpp.ts'
import { getGeneration, listConnections, until } from '../faults/easel-client.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'
import { cli } from './place.ts'

let engine: FakeSdcpp
let data: string
let easel: EaselProcess
let address: string
let connection: string

beforeAll(async () => {
  // An engine whose jobs outlive whoever asked for them.
  engine = await startFakeSdcpp({ held: true, cancelGenerating: true })
  data = await mkdtemp(join(tmpdir(), 'easel-assistant-'))
  easel = await startEasel({ data, settings: { SDCPP_BASE_URL: engine.baseUrl } })
  address = easel.address ?? ''
  connection = (await listConnections(address)).find(({ provider }) => provider === 'sdcpp')?.id ?? ''
})
afterAll(async () => {
  await easel.stop()
  await engine.close()
  await rm(data, { recursive: true, force: true })
})

const begun = z.object({ generationId: z.string() })
const call = async (client: Client, name: string, args: object, options: object = {}) =>
  CallToolResultSchema.parse(await client.callTool({ name, arguments: { ...args } }, undefined, options))
const submitted = (more: number) =>
  until(
    60_000,
    async () => engine.submitted().length,
    (count) => count >= more,
  )

it('MC7: the same client waits on after its server was killed and started again', async () => {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', address)))
  const wish = { prompt: 'a fox that outlives it all', connection, size: '256x256', waitSeconds: 0 }
  const { generationId: id } = begun.parse((await call(client, 'generate_image', wish)).structuredContent)
  await submitted(1)
  const patience = new AbortController()
  const waiting = call(client, 'wait_for_generation', { id }, { signal: patience.signal }).then(
    () => 'answered',
    () => 'given up',
  )
  await until(
    60_000,
    async () => engine.looks(),
    (looks) => looks > 0,
  )
  await easel.kill()
  patience.abort('the server is away')
  expect(await waiting).toBe('given up')

  const settings = { SDCPP_BASE_URL: engine.baseUrl, EASEL_PORT: new URL(address).port }
  easel = await startEasel({ data, settings })
  expect(easel.address).toBe(address)
  const again = call(client, 'wait_for_generation', { id })
  engine.behave({})
  const done = await again
  expect(done.structuredContent).toMatchObject({ generationId: id, state: 'succeeded', images: [{ width: 256 }] })
  expect(done.content.map(({ type }) => type)).toContain('image')
  expect([engine.submitted().length, easel.faults()]).toEqual([1, []])
  await client.close()
})

it('CM8, MC12: what is taken back over standard input is cancelled, and the command ends with its program', async () => {
  engine.behave({ held: true, cancelGenerating: true })
  const client = new Client({ name: 'test', version: '1' })
  const env = { PATH: process.env.PATH ?? '', XDG_CONFIG_HOME: data, EASEL_URL: address }
  const transport = new StdioClientTransport({ command: process.execPath, args: [cli, 'mcp'], env, stderr: 'ignore' })
  await client.connect(transport)
  const taking = new AbortController()
  const wish = { prompt: 'a fox that nobody wants', connection, size: '256x256' }
  const drawing = call(client, 'generate_image', wish, { signal: taking.signal }).then(
    () => 'answered',
    () => 'taken back',
  )
  await submitted(2)
  taking.abort('changed my mind')
  expect(await drawing).toBe('taken back')
  await until(
    60_000,
    async () => engine.cancelled(),
    (count) => count === 1,
  )
  const answer = await fetch(`${address}/api/generations?limit=1`)
  const { data: found } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await answer.json())
  await until(
    60_000,
    async () => (await getGeneration(address, found[0]?.id ?? '')).state,
    (state) => state === 'cancelled',
  )
  const gone = new Promise<void>((resolve) => {
    transport.onclose = resolve
  })
  await client.close()
  await gone
})
