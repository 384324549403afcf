import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Icon } from '../parts/icon.tsx'
import { QrCode } from '../parts/qr-code.tsx'
import { t } from '../strings.ts'

const COPIED_MS = 2000

export function Share({ link }: { link: string }): VNode {
  const isCopied = useSignal(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link)
    isCopied.value = true
    setTimeout(() => (isCopied.value = false), COPIED_MS)
  }
  return (
    <section class="card share" aria-labelledby="share-heading">
      <h2 id="share-heading">{t.broadcast.share}</h2>
      <div class="share-row">
        <QrCode text={link} label={t.broadcast.qr} />
        <div class="share-text">
          <code>{link}</code>
          <button type="button" onClick={() => void copy()}>
            <Icon name="copy" />
            <span role="status">{isCopied.value ? t.broadcast.copied : t.broadcast.copy}</span>
          </button>
        </div>
      </div>
    </section>
  )
}
