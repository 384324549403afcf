import type { VNode } from 'preact'
import { CopyButton } from '../parts/copy-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { QrCode } from '../parts/qr-code.tsx'
import { t } from '../strings.ts'

export function Share({ link, title }: { link: string; title: string }): VNode {
  const text = t.broadcast.shareText(title, link)
  return (
    <section class="card share" aria-labelledby="share-heading">
      <h2 id="share-heading">{t.broadcast.share}</h2>
      <div class="share-row">
        <QrCode text={link} label={t.broadcast.qr} />
        <div class="share-text">
          <code>{link}</code>
          <div class="row wrap">
            <CopyButton label={t.broadcast.copy} text={() => link} />
            <CopyButton label={t.broadcast.copyText} text={() => text} />
            {'share' in navigator && (
              <button
                type="button"
                onClick={() => void navigator.share({ title, text }).catch(() => undefined)}
              >
                <Icon name="share" />
                {t.broadcast.shareButton}
              </button>
            )}
          </div>
        </div>
      </div>
    </section>
  )
}
