/** `came`: somebody signed in. `left`: they signed out, or deleted their account. */
export type Passage = 'came' | 'left'

const name = 'easel-session'

function open(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name)
}

/** Tells the other tabs of this browser. */
export function tellOtherTabs(passage: Passage): void {
  const channel = open()
  channel?.postMessage(passage)
  channel?.close()
}

/** @returns how to stop listening */
export function onOtherTab(then: (passage: Passage) => void): () => void {
  const channel = open()
  channel?.addEventListener('message', ({ data }) => {
    if (data === 'came' || data === 'left') then(data)
  })
  return () => channel?.close()
}
