import { useState } from 'preact/hooks'
import type { VNode } from 'preact'
import { t } from '../strings.ts'

const KEY = 'pearcast-addresses-understood'

export function areAddressesUnderstood(): boolean {
  return localStorage.getItem(KEY) !== null
}

/** Said before the first use, until it is understood. */
export function AddressesNotice(): VNode | null {
  const [isUnderstood, setUnderstood] = useState(areAddressesUnderstood)
  if (isUnderstood) return null
  const understand = (): void => {
    localStorage.setItem(KEY, '1')
    setUnderstood(true)
  }
  return (
    <aside class="notice is-info">
      <p>{t.addresses}</p>
      <button type="button" class="quiet" onClick={understand}>
        {t.understood}
      </button>
    </aside>
  )
}
