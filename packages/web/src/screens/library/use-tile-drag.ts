import { useState, type DragEvent } from 'react'

const TYPE = 'application/x-easel-picture'

/** Makes a tile something that can be dragged onto others; nothing where `onDrop` is null. */
export function useTileDrag(id: string, onDrop: ((dragged: string, onto: string, after: boolean) => void) | null) {
  const [side, setSide] = useState<'before' | 'after' | null>(null)
  if (onDrop === null) return {}
  const sideOf = (event: DragEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return event.clientX > left + width / 2 ? ('after' as const) : ('before' as const)
  }
  return {
    draggable: true,
    'data-drop': side ?? undefined,
    onDragStart: (event: DragEvent<HTMLElement>) => {
      event.dataTransfer.setData(TYPE, id)
      event.dataTransfer.effectAllowed = 'move'
    },
    onDragOver: (event: DragEvent<HTMLElement>) => {
      if (!event.dataTransfer.types.includes(TYPE)) return
      event.preventDefault()
      setSide(sideOf(event))
    },
    onDragLeave: () => setSide(null),
    onDrop: (event: DragEvent<HTMLElement>) => {
      event.preventDefault()
      setSide(null)
      const dragged = event.dataTransfer.getData(TYPE)
      if (dragged !== '' && dragged !== id) onDrop(dragged, id, sideOf(event) === 'after')
    },
  }
}
