import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { t } from '../strings.ts'
import { Icon } from './icon.tsx'

const COPIED_MS = 2000

interface CopyButtonProps {
  label: string
  text: () => string
  isQuiet?: boolean
}

export function CopyButton({ isQuiet = false, label, text }: CopyButtonProps): VNode {
  const isCopied = useSignal(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text())
    isCopied.value = true
    setTimeout(() => (isCopied.value = false), COPIED_MS)
  }
  return (
    <>
      <button type="button" class={isQuiet ? 'quiet' : ''} onClick={() => void copy()}>
        <Icon name="copy" />
        {isCopied.value ? t.copied : label}
      </button>
      <span class="visually-hidden" role="status">
        {isCopied.value && t.copied}
      </span>
    </>
  )
}
