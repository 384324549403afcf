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
  const said = useSignal('')
  const copy = async (): Promise<void> => {
    said.value = await navigator.clipboard.writeText(text()).then(
      () => t.copied,
      () => t.notCopied,
    )
    setTimeout(() => (said.value = ''), COPIED_MS)
  }
  return (
    <>
      <button type="button" class={isQuiet ? 'quiet' : ''} onClick={() => void copy()}>
        <Icon name="copy" />
        {said.value === '' ? label : said}
      </button>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
