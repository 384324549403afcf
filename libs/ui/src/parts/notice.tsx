import type { ComponentChildren, VNode } from 'preact'

interface NoticeProps {
  kind: 'info' | 'warning' | 'error'
  children: ComponentChildren
}

/** A message in its place. An error interrupts a screen reader, the others wait. */
export function Notice({ kind, children }: NoticeProps): VNode {
  return (
    <div class={`notice is-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  )
}
