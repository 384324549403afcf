import type { VNode } from 'preact'
import { CopyButton } from '../parts/copy-button.tsx'
import { QrCode } from '../parts/qr-code.tsx'
import { t } from '../strings.ts'

export function Share({ link }: { link: string }): VNode {
  return (
    <section class="card share" aria-labelledby="share-heading">
      <h2 id="share-heading">{t.broadcast.share}</h2>
      <div class="share-row">
        <QrCode text={link} label={t.broadcast.qr} />
        <div class="share-text">
          <code>{link}</code>
          <CopyButton label={t.broadcast.copy} text={() => link} />
        </div>
      </div>
    </section>
  )
}
