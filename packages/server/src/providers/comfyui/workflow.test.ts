import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { settings } from './options.ts'
import { fillIn, inputNames, readWorkflow, workflowFaults } from './workflow.ts'

const exported = await readFile(new URL('__fixtures__/workflow-api.json', import.meta.url), 'utf8')

describe('ComfyUI: a workflow of one’s own', () => {
  it.each([
    ['{"3": ', 'prompt = 6.text', 'This is not JSON'],
    ['[1, 2]', '', 'This is no workflow'],
    ['{}', '', 'This workflow is empty'],
    ['{"nodes": [], "links": [], "version": 0.4}', '', "This is the editor's format"],
    ['{"3": {"inputs": {}}}', '', 'Node 3 has no usable class_type'],
    ['{"3": {"class_type": "KSampler"}}', '', 'Node 3 has no usable inputs'],
    ['{"3": null}', '', 'Node 3 has no usable class_type'],
  ])('refuses %j with words', (workflow, inputs, words) => {
    const [fault] = workflowFaults(workflow, inputs)
    expect(fault).toMatchObject({ field: 'workflow', message: expect.stringContaining(words) })
    expect(fault?.message).toMatch(/Export \(API\)/)
  })

  it.each([
    ['', 'Say where the prompt goes'],
    ['seed = 3.seed', 'Say where the prompt goes'],
    ['6.text', '"6.text" is not of the form name = node.input'],
    ['subject = 6.text', 'subject is no name that Easel fills in: prompt, negative, seed'],
    ['prompt = 6', 'prompt = 6: write the number of a node, a dot and the name of its input'],
    ['prompt = 66.text', 'prompt = 66.text: the workflow has no node 66'],
    ['prompt = constructor.text', 'the workflow has no node constructor'],
    ['prompt = 6.words', 'node 6 (CLIPTextEncode) has no input words; it has text, clip'],
    ['prompt = 6.text; negative = 3.negative', 'negative = 3.negative: that input comes from another node'],
    ['prompt = 6.text; output = 99', 'output = 99: the workflow has no node 99'],
    ['prompt = 6.text; width = 3.steps', 'Width and height go together'],
    ['prompt = 6.text; mask = 10.image', 'A mask needs a picture'],
    ['prompt = 6.text; image2 = 10.image', 'Name image before image2'],
  ])('refuses the inputs %j with words', (inputs, words) => {
    const [fault] = workflowFaults(exported, inputs)
    expect(fault).toMatchObject({ field: 'inputs', message: expect.stringContaining(words) })
  })

  it('names every fault of the inputs, and each is short', () => {
    const faults = workflowFaults(exported, `prompt = 66.text\nsubject = 6.text; ${'x'.repeat(9000)}`)
    expect(faults).toHaveLength(3)
    for (const { message } of faults) expect(message.length).toBeLessThan(400)
  })

  it('inputs without a workflow are a fault, nothing at all is none', () => {
    expect(workflowFaults(undefined, 'prompt = 6.text')).toMatchObject([{ field: 'inputs' }])
    expect(workflowFaults(undefined, undefined)).toEqual([])
    expect(workflowFaults(' ', '\n')).toEqual([])
    expect(readWorkflow('', '')).toBeNull()
  })

  it('the settings of a connection say the same, field by field', () => {
    const parsed = settings.strict().safeParse({ workflow: exported, inputs: 'prompt = 66.text' })
    expect(parsed.error?.issues).toMatchObject([
      { path: ['inputs'], message: 'prompt = 66.text: the workflow has no node 66' },
    ])
    expect(settings.strict().safeParse({ workflow: exported, inputs: 'prompt = 6.text' }).success).toBe(true)
    expect(() => readWorkflow('{}', '')).toThrow(/cannot be used: This workflow is empty/)
  })

  it('fills in what has a value, wherever it goes, and leaves the rest and the original alone', () => {
    const inputs = 'prompt = 6.text, 9.filename_prefix\nseed=3.seed ; steps = 3.steps;\n guidance = 3.cfg;'
    const workflow = readWorkflow(exported, inputs)
    if (!workflow) expect.unreachable('There is a workflow')
    const filled = fillIn(workflow, { prompt: 'a "cat" \\ {{x}}', seed: 0, steps: 12 })
    expect(filled['6']?.inputs).toEqual({ text: 'a "cat" \\ {{x}}', clip: ['4', 1] })
    expect(filled['9']?.inputs['filename_prefix']).toBe('a "cat" \\ {{x}}')
    expect(filled['3']?.inputs).toMatchObject({ seed: 0, steps: 12, cfg: 6.5, sampler_name: 'euler_ancestral' })
    expect(filled['7']).toEqual(workflow.graph['7'])
    expect(workflow.graph).toEqual(JSON.parse(exported))
  })

  it('every name can be bound', () => {
    const lines = inputNames.map((name) => `${name} = 9.filename_prefix`).join('\n')
    expect(workflowFaults(exported, lines)).toEqual([])
  })
})
