import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { t } from '../strings.ts'

/** Said before the first use, until it is understood: who sees whom, and whether this computer may serve others. */
export function FirstUseNotice(): VNode | null {
  const mayPassOn = useSignal(true)
  const relay = state.value?.relay
  if (relay === undefined || relay.isAsked) return null
  const understand = (): void =>
    void command({ name: 'set-relay', mode: mayPassOn.value ? 'auto' : 'off', uplinkBps: null })
  return (
    <aside class="notice is-info first-use" aria-label={t.firstUse.label}>
      <p>{t.firstUse.addresses}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={mayPassOn}
          onChange={(event) => (mayPassOn.value = event.currentTarget.checked)}
        />
        <span>
          {t.relay.allow} <span class="hint">{t.relay.allowWhy}</span>
        </span>
      </label>
      <button type="button" class="primary" onClick={understand}>
        {t.firstUse.understood}
      </button>
    </aside>
  )
}
