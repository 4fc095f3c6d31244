import { assertWanted } from '../errors.ts'

/** Keeps long drawing from holding up everything else in the process. */
export interface Pace {
  /** True when it is time to let others run: about every 8 ms. */
  due(): boolean
  /**
   * Lets everything that waits run once.
   * @throws ProviderError `interrupted` when the picture is no longer wanted.
   */
  rest(): Promise<void>
  /** Rests when it is due. */
  breathe(): Promise<void>
}

const STRETCH_MS = 8

export function createPace(signal: AbortSignal): Pace {
  let since = performance.now()
  const due = () => performance.now() - since >= STRETCH_MS
  const rest = async () => {
    assertWanted(signal)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    assertWanted(signal)
    since = performance.now()
  }
  return {
    due,
    rest,
    async breathe() {
      if (due()) await rest()
    },
  }
}
