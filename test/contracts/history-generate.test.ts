import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { probe } from '../../packages/server/src/media/probe.ts'
import { readMetadata } from '../../packages/server/src/media/read-metadata.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { allLines, ErrorBody, eventually, generate, index, linesOf, post } from './history-client.ts'
import { sendRaw } from './raw-request.ts'

const model = 'x/z-image-turbo:latest'
const small = { model, prompt: 'a lighthouse', width: 64, height: 64, steps: 3 }

let ollama: FakeOllama
let openai: FakeOpenAi
let easel: TestEasel

beforeAll(async () => {
  ollama = await startFakeOllama()
  openai = await startFakeOpenAi()
  easel = await startEasel({ ollama, openai })
})

afterAll(async () => {
  await easel.stop()
  await ollama.close()
  await openai.close()
})

afterEach(() => {
  ollama.behave({})
  openai.behave({})
})

/** What the engine was asked last. */
function lastAsked() {
  const asked = ollama.requests.findLast(({ path }) => path === '/api/generate')
  return z
    .object({
      prompt: z.string(),
      width: z.int(),
      height: z.int(),
      steps: z.int(),
      options: z.object({ seed: z.int() }),
    })
    .parse(asked?.json())
}

describe('models', () => {
  it('HS1: lists the names that can be asked for', async () => {
    const names = z.array(z.string()).parse(await (await easel.fetch('/models')).json())
    expect(names).toEqual(expect.arrayContaining([model, 'x/flux2-klein:4b']))
    expect(names).not.toContain('llama3.2:latest')
    const used = names.filter((name) => !name.startsWith('Ollama') && name.includes('flux2'))
    expect(await generate(easel, { ...small, model: used[0] })).toMatchObject({ model: 'x/flux2-klein:4b' })
  })

  it('HS1: a name that two connections have can be told apart', async () => {
    const other = await startFakeOllama({ models: [{ name: model, capabilities: ['image'] }] })
    const json = { 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'Second', provider: 'ollama', baseUrl: other.baseUrl })
    const made = await easel.fetch('/api/connections', { method: 'POST', headers: json, body })
    const { data } = z.object({ data: z.object({ id: z.string() }) }).parse(await made.json())
    const names = await (await easel.fetch('/models')).json()
    expect(names).toEqual(expect.arrayContaining([model, `Ollama/${model}`, `Second/${model}`]))
    await generate(easel, { ...small, model: `Second/${model}` })
    expect(other.calls()).toBe(1)
    await generate(easel, small)
    expect(other.calls()).toBe(1)
    await easel.fetch(`/api/connections/${data.id}`, { method: 'DELETE' })
    await other.close()
  })

  it('HS1: the tag "latest" may be left out', async () => {
    expect(await generate(easel, { ...small, model: 'x/z-image-turbo' })).toMatchObject({ model: 'x/z-image-turbo' })
  })
})

describe('a request', () => {
  it('HS2: has defaults, and null and unknown fields are ignored', async () => {
    const body = {
      model,
      prompt: 'plain',
      width: null,
      height: null,
      steps: null,
      seed: null,
      stream: null,
      colour: 'red',
      suffix: 'x',
      system: 'y',
      template: 'z',
      options: null,
    }
    const { image } = await generate(easel, body)
    expect(lastAsked()).toMatchObject({ prompt: 'plain', width: 512, height: 512, steps: 12 })
    expect(probe(Buffer.from(image, 'base64'))).toMatchObject({ width: 512, height: 512, mimeType: 'image/png' })
  })

  it('HS2: line ends in the prompt become spaces', async () => {
    await generate(easel, { ...small, prompt: 'one\r\ntwo\nthree\rfour' })
    expect(lastAsked().prompt).toBe('one two three four')
  })

  it('HS2: numbers may come as text, and a seed among the options', async () => {
    await generate(easel, { ...small, width: '80', steps: '5', options: { seed: 77, temperature: 1 } })
    expect(lastAsked()).toMatchObject({ width: 80, steps: 5, options: { seed: 77 } })
    await generate(easel, { ...small, seed: 5, options: { seed: 77 } })
    expect(lastAsked().options.seed).toBe(5)
  })

  it.each([
    ['a form, as curl -d says', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['nothing', {}],
    ['plain text', { 'content-type': 'text/plain; charset=utf-8' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['nonsense', { 'content-type': 'json' }],
    ['nothing, in chunks', { 'transfer-encoding': 'chunked' }],
  ])('HS2: the body is JSON when the content type is %s', async (_name, headers) => {
    const body = JSON.stringify(small)
    const { status, body: words } = await sendRaw(easel.baseUrl, { method: 'POST', path: '/generate', headers, body })
    expect(status).toBe(200)
    expect(words.trim().split('\n').at(-1)).toContain('"done":true,"done_reason":"stop"')
  })

  it('HS2: curl gets its picture', async () => {
    const curl = promisify(execFile)
    const args = ['-sS', '-N', '--max-time', '60', '-d', JSON.stringify(small), `${easel.baseUrl}/generate`]
    // Where there is no curl the same bytes are sent by hand.
    const { stdout } = await curl('curl', args, { maxBuffer: 1e8 }).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'curl/8.5.0', accept: '*/*' }
      const { body } = await sendRaw(easel.baseUrl, { method: 'POST', path: '/generate', headers, body: args[5] ?? '' })
      return { stdout: body }
    })
    const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({ model, done: true, done_reason: 'stop' })
  })

  it.each([
    ['emoji', '🦊 in the snow, 雪の中'],
    ['combining characters', 'cafe\u0301 \u202Ertl'],
    ['quotes and markup', '"</script>\\"\t<b>'],
    ['as long as may be', 'x'.repeat(32_000)],
  ])('HS10: %s in a prompt come back as they were', async (_name, prompt) => {
    await generate(easel, { ...small, prompt })
    expect((await index(easel))[0]?.settings.prompt).toBe(prompt)
  })
})

describe('an answer', () => {
  it('HS3: is progress line by line, then the picture', async () => {
    ollama.behave({ stepDelayMs: 120 })
    const response = await post(easel, small)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    const seen: number[] = []
    for await (const line of linesOf(response)) {
      if ('completed' in line) {
        expect(line).toMatchObject({ model, total: 3 })
        // The engine is still at it: this line did not wait for the others.
        expect(ollama.drawing()).toBe(1)
        seen.push(line.completed)
      } else {
        expect(line).toMatchObject({ model, done: true, done_reason: 'stop' })
      }
    }
    expect(seen.length).toBeGreaterThanOrEqual(2)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('HS3: holds the file as it is kept, AI mark and prompt in it', async () => {
    const { image } = await generate(easel, { ...small, prompt: 'a marked picture', seed: 1_000_000_000_000 })
    const bytes = Buffer.from(image, 'base64')
    const { parameters, digitalSourceType } = readMetadata(bytes)
    expect(parameters).toContain('a marked picture')
    expect(parameters).toContain('Seed: 1000000000000')
    expect(digitalSourceType).toMatch(/\/trainedAlgorithmicMedia$/)
    const row = await easel.database.db
      .selectFrom('images')
      .selectAll()
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow()
    expect(Buffer.from((await easel.storage.read(row.storage_key)) ?? [])).toEqual(bytes)
  })

  it('HS3: is one line where no stream is wanted', async () => {
    expect(await allLines(await post(easel, { ...small, stream: false }))).toMatchObject([
      { done: true, done_reason: 'stop' },
    ])
  })

  it('HS4: comes when the picture is in the history', async () => {
    const before = await index(easel)
    const { image } = await generate(easel, { ...small, prompt: 'in time' })
    const [newest, ...older] = await index(easel)
    expect(newest).toMatchObject({ image, settings: { prompt: 'in time', model, width: 64, height: 64, steps: 3 } })
    expect(older).toEqual(before)
  })

  it.each([
    [0, 2 ** 32],
    [4_294_967_297, 1],
    [1_000_000_000_000, 1_000_000_000_000 % 2 ** 32],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER % 2 ** 32],
  ])('HS5: seed %d is kept, and the engine gets %d', async (seed, sent) => {
    await generate(easel, { ...small, seed })
    expect(lastAsked().options.seed).toBe(sent)
    expect((await index(easel))[0]?.settings.seed).toBe(seed)
  })
})

describe('a refusal', () => {
  it.each(['{', '', 'prompt=a&model=b', '[1]', '"x"', 'null', '{"prompt": "a" "model": "b"}'])(
    'HS6: %j is no request',
    async (body) => {
      const answer = await sendRaw(easel.baseUrl, { method: 'POST', path: '/generate', body })
      expect(answer.status).toBe(400)
      const { error } = ErrorBody.parse(JSON.parse(answer.body))
      if (body !== '') expect(error).toBe('Invalid JSON body')
      expect(answer.headers['access-control-allow-origin']).toBe('*')
    },
  )

  it.each([
    ['no prompt', { model }],
    ['an empty prompt', { model, prompt: ' \r\n ' }],
    ['a prompt that is no text', { model, prompt: 5 }],
    ['no model', { prompt: 'x' }],
    ['a null model', { prompt: 'x', model: null }],
    ['NUL in the prompt', { ...small, prompt: 'a\u0000b' }],
    ['half a character in the prompt', { ...small, prompt: 'a\ud83e' }],
    ['a prompt that is too long', { ...small, prompt: 'x'.repeat(32_001) }],
    ['a negative seed', { ...small, seed: -1 }],
    ['a seed that is too large', { ...small, seed: 2 ** 53 }],
    ['a width of nothing', { ...small, width: 0 }],
    ['a height that is no number', { ...small, height: 'tall' }],
    ['half a step', { ...small, steps: 1.5 }],
  ])('HS6: %s is 400', async (_name, body) => {
    const calls = ollama.calls()
    const response = await post(easel, body)
    expect(response.status).toBe(400)
    ErrorBody.parse(await response.json())
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(ollama.calls()).toBe(calls)
  })

  it('HS6: an unknown model is 404', async () => {
    const response = await post(easel, { ...small, model: 'no/such-model' })
    expect(response.status).toBe(404)
    expect(ErrorBody.parse(await response.json()).error).toContain('no/such-model')
  })

  it('HS6: a body that is too large is 413', async () => {
    const response = await post(easel, { ...small, system: 'x'.repeat(3 * 1024 * 1024) })
    expect(response.status).toBe(413)
    ErrorBody.parse(await response.json())
  })

  it('HS7: the engine’s own error keeps its status and words', async () => {
    ollama.behave({ failure: 'server-error' })
    const broken = await post(easel, small)
    expect(broken.status).toBe(500)
    expect(await broken.json()).toEqual({ error: 'mlx runner exited unexpectedly' })
    ollama.behave({ models: [] })
    const gone = await post(easel, small)
    expect(gone.status).toBe(404)
    expect(ErrorBody.parse(await gone.json()).error).toContain(`model '${model}' not found`)
    ollama.behave({ failure: 'not-supported' })
    const refused = await post(easel, small)
    expect(refused.status).toBe(400)
    expect(ErrorBody.parse(await refused.json()).error).toContain('not currently supported')
  })

  it('HS7: an engine that is full answers in its own words after some tries', async () => {
    ollama.behave({ failure: 'busy' })
    const calls = ollama.calls()
    const response = await post(easel, small)
    expect(response.status).toBe(503)
    expect(ErrorBody.parse(await response.json()).error).toContain('server busy')
    expect(ollama.calls()).toBeGreaterThan(calls + 1)
  })

  it('HS7: an engine that is not there is 502, whether or not its models are remembered', async () => {
    const other = await startFakeOllama({ models: [{ name: 'x/dead', capabilities: ['image'] }] })
    const body = JSON.stringify({ name: 'Dead', provider: 'ollama', baseUrl: other.baseUrl })
    const headers = { 'content-type': 'application/json' }
    const made = await easel.fetch('/api/connections', { method: 'POST', headers, body })
    const { data } = z.object({ data: z.object({ id: z.string() }) }).parse(await made.json())
    expect(await (await easel.fetch('/models')).json()).toContain('x/dead')
    await other.close()
    for (const remembered of [true, false]) {
      // Another address is another engine: what the old one said is forgotten.
      const moved = JSON.stringify({ baseUrl: `${other.baseUrl}/` + (remembered ? '' : 'moved') })
      await easel.fetch(`/api/connections/${data.id}`, { method: 'PATCH', headers, body: moved })
      const response = await post(easel, { ...small, model: 'x/dead' })
      expect(response.status, `remembered: ${remembered}`).toBe(502)
      ErrorBody.parse(await response.json())
    }
    expect(await (await easel.fetch('/models')).json()).not.toContain('x/dead')
    await easel.fetch(`/api/connections/${data.id}`, { method: 'DELETE' })
  })

  it('HS7: an engine that says nothing for ten seconds gets a status line all the same', async () => {
    openai.behave({ failure: 'stall' })
    const [name] = z
      .array(z.string())
      .parse(await (await easel.fetch('/models')).json())
      .filter((id) => id.startsWith('gpt-image'))
    const response = await post(easel, { ...small, model: name })
    expect(response.status).toBe(200)
    await cancelRunning()
    expect(await allLines(response)).toEqual([{ error: expect.stringMatching(/cancelled/), done: true }])
  })
})

async function cancelRunning(): Promise<void> {
  const Active = z.object({ data: z.array(z.object({ id: z.string() })) })
  const { data } = Active.parse(await (await easel.fetch('/api/generations?state=active')).json())
  for (const { id } of data) await easel.fetch(`/api/generations/${id}`, { method: 'DELETE' })
}

describe('a failure on the way', () => {
  it.each(['truncated-png', 'no-image'] as const)('HS8: %s is told in the last line', async (failure) => {
    ollama.behave({ failure, stepDelayMs: 150 })
    const before = await index(easel)
    const response = await post(easel, small)
    expect(response.status).toBe(200)
    const lines = await allLines(response)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.at(-1)).toEqual({ error: expect.any(String), done: true })
    expect(await index(easel)).toEqual(before)
  })

  // These come so soon after the first step that either of the two may be the first sign.
  it.each([
    ['drop', 'broke off'],
    ['error-line', 'mlx runner failed: out of memory'],
  ] as const)('HS7, HS8: %s right after the first step is told in either form', async (failure, words) => {
    ollama.behave({ failure })
    const response = await post(easel, small)
    const last = response.status === 200 ? (await allLines(response)).at(-1) : ErrorBody.parse(await response.json())
    expect([200, 502]).toContain(response.status)
    expect(last).toMatchObject({ error: expect.stringContaining(words) })
  })

  it('HS8: an engine that stops half-way ends when somebody cancels', async () => {
    ollama.behave({ failure: 'stall' })
    const response = await post(easel, small)
    expect(response.status).toBe(200)
    const lines = linesOf(response)
    expect((await lines.next()).value).toMatchObject({ done: false })
    await cancelRunning()
    expect(await Array.fromAsync(lines)).toMatchObject([{ done: true, error: expect.any(String) }])
    await eventually(async () => (ollama.cancelled() > 0 ? true : null))
  })
})

describe('a client that goes away', () => {
  const landed = (prompt: string) =>
    eventually(async () => (await index(easel)).find(({ settings }) => settings.prompt === prompt) ?? null)

  it('HS9: right after asking still gets its picture into the history', async () => {
    ollama.behave({ stepDelayMs: 100 })
    const { hostname, port } = new URL(easel.baseUrl)
    const body = JSON.stringify({ ...small, prompt: 'nobody waits' })
    const calls = ollama.calls()
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /generate HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await eventually(async () => (ollama.calls() > calls ? true : null))
    socket.destroy()
    await landed('nobody waits')
  })

  it('HS9: in the middle still gets its picture into the history', async () => {
    ollama.behave({ stepDelayMs: 150 })
    const gone = new AbortController()
    const response = await post(easel, { ...small, prompt: 'left half-way' }, { signal: gone.signal })
    const lines = linesOf(response)
    expect((await lines.next()).value).toMatchObject({ done: false })
    gone.abort()
    await expect(lines.next()).rejects.toThrow()
    await landed('left half-way')
  })
})
