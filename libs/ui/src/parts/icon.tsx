import type { VNode } from 'preact'

const PATHS = {
  play: 'M8 5v14l11-7z',
  stop: 'M6 6h12v12H6z',
  pause: 'M7 5h4v14H7zM13 5h4v14h-4z',
  next: 'M6 5v14l9-7zM16 5h3v14h-3z',
  star: 'M12 3l2.7 5.8 6.3.8-4.6 4.4 1.2 6.3L12 17.2l-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z',
  close: 'M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z',
  mic: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V22h2v-3.1A7 7 0 0 0 19 12z',
  record: 'M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14z',
  screen:
    'M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-6v2h3v2H7v-2h3v-2H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zm1 2v8h14V7z',
  share: 'M12 3l5 5-1.4 1.4L13 6.8V15h-2V6.8L8.4 9.4 7 8zM5 13h2v6h10v-6h2v8H5z',
  image: 'M4 4h16v16H4zm2 2v9l4-4 4 4 2-2 2 2V6zm9 1.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z',
  note: 'M9 18V6l11-2v12.5A2.5 2.5 0 1 1 18 14V8l-7 1.3v9.2A2.5 2.5 0 1 1 9 18z',
  copy: 'M8 3h11v13h-2V5H8zM5 7h10v14H5z',
} as const

export function Icon({ name }: { name: keyof typeof PATHS }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}

export function Pear(): VNode {
  return (
    <svg class="pear" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        class="pear-body"
        d="M17 4c2-2 4-2 5-2 0 2-1 4-4 5 2 2 2 4 3 6 1 3 5 5 5 10 0 5-4 8-10 8S6 28 6 23c0-5 4-7 5-10 1-3 2-6 5-6 0-1 0-2 1-3Z"
      />
      <path class="pear-waves" d="M12 22.5v1M16 19v8M20 21v4" />
    </svg>
  )
}
