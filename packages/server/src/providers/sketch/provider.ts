import type { Outcome, Provider, RunContext } from '../spec/provider.ts'
import { createPace } from './draw/pace.ts'
import { render } from './draw/render.ts'
import type { Style } from './draw/style.ts'
import { describeScene, type Plan, planDrawing } from './drawing.ts'
import { assertWanted } from './errors.ts'
import { blendSource, likenessOf, readSource } from './likeness.ts'
import { model } from './models.ts'
import { options, settings } from './options.ts'
import { createReporter } from './report.ts'
import { type Order, readOrder } from './wire.ts'

/** The built-in engine: draws by rules, so that a fresh install makes pictures without a key or a network. */
export const provider: Provider = {
  manifest: {
    id: 'sketch',
    label: 'Easel sketcher',
    description: 'Built into Easel and works offline: it draws scenes from your words by rules, and is not AI.',
    ai: false,
    contractName: 'SKETCH',
    key: 'none',
    defaultBaseUrl: null,
    resendSafe: true,
    defaultConcurrency: 2,
    environment: {},
    settings,
    options,
    builtIn: true,
  },

  async listModels(context) {
    assertWanted(context.signal)
    return [model]
  },

  async start(request, context) {
    const order = readOrder(request)
    assertWanted(context.signal)
    return draw(order, context)
  },
}

async function draw(order: Order, context: RunContext): Promise<Outcome> {
  const { wish, strength, steps } = order
  const { width, height } = wish
  const source =
    order.source === null ? null : await readSource(order.source, { width, height, pixels: context.pixels })
  assertWanted(context.signal)
  const pace = createPace(context.signal)
  const plan = await planDrawing(wish, source === null || strength >= 1 ? null : likenessOf(source), pace)
  const report = createReporter(context, { steps, layers: plan.scene.layers.length })
  const rgba = await render({
    width,
    height,
    scale: plan.scale,
    layers: plan.scene.layers,
    style: source === null ? plan.style : gentler(plan.style, strength),
    pace,
    afterLayer: report.afterLayer,
    ...(source === null ? {} : { retouch: (canvas) => blendSource({ canvas, pace }, source, strength) }),
  })
  const bytes = await context.pixels.encodePng(rgba, width, height)
  assertWanted(context.signal)
  report.end()
  return {
    kind: 'done',
    images: [{ bytes, seed: wish.seed, description: describeScene(plan), parameters: factsOf(plan, order) }],
  }
}

/** Printing darkens the corners; a source that is to be kept must not be. */
function gentler(style: Style, strength: number): Style {
  const { finish } = style
  return { ...style, finish: { ...finish, vignette: finish.vignette * strength, grain: finish.grain * strength } }
}

function factsOf(plan: Plan, order: Order): Record<string, string | number> {
  const { place, time, season } = plan.scene.stage
  const facts = { steps: order.steps, style: plan.style.name, place, time, season }
  return order.source === null ? facts : { ...facts, strength: order.strength }
}
