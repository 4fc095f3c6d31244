import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef, useState, type PointerEvent, type MouseEvent } from 'react'
import { fitSize, fitted, fullScale, held, zoomAt, type Box, type Point, type View } from './zoom.ts'

interface ZoomOptions {
  /** The picture's own size in pixels. */
  readonly picture: Box
  /** A swipe over the fitted picture: 1 to the next one, −1 to the one before. */
  readonly onSwipe: (direction: 1 | -1) => void
}

const SWIPE = 56
/** Room around the fitted picture, in pixels; none on phones. */
const MARGIN = 24
const WHEEL = 0.0022

/** Zoom by wheel, pinch, double click and keys; drag when zoomed, swipe when not. */
export function useZoom({ picture, onSwipe }: ZoomOptions) {
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const element = useRef<HTMLDivElement | null>(null)
  const [view, setView] = useState<View>(fitted)
  const pointers = useRef(new Map<number, Point>())
  const swipe = useRef<{ x: number; y: number } | null>(null)
  const stage = { width, height }
  const margin = width < 720 ? 0 : MARGIN
  const fit = fitSize(picture, { width: Math.max(1, width - 2 * margin), height: Math.max(1, height - 2 * margin) })

  const zoom = (factor: number, point: Point = { x: 0, y: 0 }) =>
    setView((old) => held(zoomAt(old, factor, point), fit, stage))
  const fromMiddle = (event: { clientX: number; clientY: number }): Point => {
    const box = element.current?.getBoundingClientRect()
    if (!box) return { x: 0, y: 0 }
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
  }

  const wheel = useRef((_event: WheelEvent) => {})
  useEffect(() => {
    wheel.current = (event) => {
      event.preventDefault()
      zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 4 : 1) * WHEEL), fromMiddle(event))
    }
  })
  useEffect(() => {
    const target = element.current
    const listener = (event: WheelEvent) => wheel.current(event)
    // React listens passively, where the page cannot be kept from scrolling.
    target?.addEventListener('wheel', listener, { passive: false })
    return () => target?.removeEventListener('wheel', listener)
  }, [])

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.target instanceof Element && event.target.closest('button') !== null) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
    swipe.current = pointers.current.size === 1 && view.scale === 1 ? { x: event.clientX, y: event.clientY } : null
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const before = pointers.current.get(event.pointerId)
    if (!before) return
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    const now = { x: event.clientX, y: event.clientY }
    pointers.current.set(event.pointerId, now)
    if (other) {
      const middle = fromMiddle({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 })
      zoom(distance(now, other) / Math.max(1, distance(before, other)), middle)
    } else if (view.scale > 1) {
      setView((old) => held({ ...old, x: old.x + now.x - before.x, y: old.y + now.y - before.y }, fit, stage))
    }
  }
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    pointers.current.delete(event.pointerId)
    const start = swipe.current
    swipe.current = null
    if (start === null || event.type === 'pointercancel' || event.pointerType === 'mouse') return
    const x = event.clientX - start.x
    if (Math.abs(x) > SWIPE && Math.abs(x) > Math.abs(event.clientY - start.y)) onSwipe(x < 0 ? 1 : -1)
  }
  const onDoubleClick = (event: MouseEvent) => {
    if (view.scale > 1) setView(fitted)
    else zoom(fullScale(picture, fit), fromMiddle(event))
  }

  return {
    view,
    fit,
    zoom,
    reset: () => setView(fitted),
    stage: {
      ref: (node: HTMLDivElement | null) => {
        element.current = node
        ref(node)
      },
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: onPointerUp,
      onDoubleClick,
    },
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
