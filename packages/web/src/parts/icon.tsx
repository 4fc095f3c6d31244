const shapes = {
  studio: 'M12 3v2M8.5 17 6 21M15.5 17l2.5 4M4 17h16M5 5h14v10H5zM5 13l4-4 3.5 3.5L15 10l4 3.5',
  library: 'M4 4h7v7H4zM13 4h7v4h-7zM13 11h7v9h-7zM4 14h7v6H4z',
  engines: 'M7 3v5M17 3v5M5 8h14v3a7 7 0 0 1-14 0zM12 18v3',
  settings:
    'M12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM12 18.4a6.4 6.4 0 1 0 0-12.8 6.4 6.4 0 0 0 0 12.8zM12 3v2.6M12 18.4V21M3 12h2.6M18.4 12H21M5.6 5.6l1.9 1.9M16.5 16.5l1.9 1.9M5.6 18.4l1.9-1.9M16.5 7.5l1.9-1.9',
  sliders: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  down: 'm6 9.5 6 6 6-6',
  up: 'M12 19V5.5M5.5 12 12 5.5l6.5 6.5',
  left: 'm14.5 5.5-6.5 6.5 6.5 6.5',
  right: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  trash: 'M4 7h16M10 4h4M6.5 7l1 13h9l1-13M10 11v5M14 11v5',
  restore: 'M4 9h10a5.5 5.5 0 0 1 0 11H8M8 5 4 9l4 4',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5V8H15',
  edit: 'M5 19h3.5L19 8.5 15.5 5 5 15.5zM13 7.5l3.5 3.5',
  reuse: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4',
  source: 'M4 5h12v9H4zM8 18h12V9M4 12l3.5-3 3 2.5L13 9.5l3 2.5',
  dice: 'M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6h.01',
  warning: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5',
  expand: 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5',
  star: 'm12 4 2.4 5.1 5.6.7-4.1 3.9 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.8l5.6-.7z',
  refine: 'M11 4l1.9 5.1L18 11l-5.1 1.9L11 18l-1.9-5.1L4 11l5.1-1.9zM18.5 16v5M16 18.5h5',
  enter: 'M19 6v5.5a2 2 0 0 1-2 2H5M9 9l-4.5 4.5L9 18',
  away: 'M3 3l18 18M8.5 8.6A6 6 0 0 0 6.6 19H17M11 6.2A6 6 0 0 1 17.8 11 4.2 4.2 0 0 1 20 17.5',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  out: 'M10 4H5v16h5M14.5 8l4 4-4 4M18 12H9.5',
  zoomIn: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5M11 8v6M8 11h6',
  zoomOut: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5M8 11h6',
  heart: 'M12 20 4.8 12.9a4.6 4.6 0 0 1 0-6.6 4.7 4.7 0 0 1 6.6 0l.6.6.6-.6a4.7 4.7 0 0 1 6.6 0 4.6 4.6 0 0 1 0 6.6z',
  tag: 'M4 4h7.5L20 12.5 12.5 20 4 11.5zM8 8h.01',
  album: 'M4 9h16v11H4zM6.5 6h11M9 3h6',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4',
  palette:
    'M12 3.5a8.5 8.5 0 1 0 0 17c1.6 0 2-1.1 1.6-2.2-.5-1.3.4-2.6 1.9-2.6h2a3 3 0 0 0 3-3c0-5.1-3.8-9.2-8.5-9.2zM7.5 12h.01M9.5 8h.01M14.5 8h.01',
  compare: 'M4 5h16v14H4zM12 3v18M8.5 10 6.5 12l2 2M15.5 10l2 2-2 2',
  share: 'M12 15V4M7.5 8.5 12 4l4.5 4.5M6 12H4.5v8h15v-8H18',
  link: 'M10 14a4 4 0 0 1 0-5.7l2.8-2.8a4 4 0 0 1 5.7 5.7l-1 1M14 10a4 4 0 0 1 0 5.7l-2.8 2.8a4 4 0 0 1-5.7-5.7l1-1',
  select: 'M4 4h16v16H4zM8 12.2l2.8 2.8L16 9.5',
} as const

export type IconName = keyof typeof shapes

interface IconProps {
  readonly name: IconName
  readonly size?: number
  /** Filled: it is so. */
  readonly filled?: boolean
}

/** A line drawing in the colour of the text around it. It is never the only name of a thing. */
export function Icon({ name, size = 18, filled = false }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  )
}
