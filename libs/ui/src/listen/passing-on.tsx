import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { t } from '../strings.ts'

/** bit/s; null: what the program finds right */
const BUDGETS: readonly (number | null)[] = [null, 500_000, 1_000_000, 5_000_000, 10_000_000, 20_000_000]

/** Whether listeners are served from here, how many are, and with how much at most. */
export function PassingOn(): VNode | null {
  const { listening, relay } = state.value ?? {}
  if (relay === undefined || !relay.isAsked) return null
  const { mode, uplinkBps } = relay
  const relaying = listening?.relaying
  const isOn = mode === 'auto'
  return (
    <section class="card passing-on" aria-labelledby="passing-on-heading">
      <h2 id="passing-on-heading">{t.relay.title}</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget }) =>
            void command({ name: 'set-relay', mode: currentTarget.checked ? 'auto' : 'off', uplinkBps })
          }
        />
        <span>
          {t.relay.allow} <span class="hint">{t.relay.allowWhy}</span>
        </span>
      </label>
      <label class="row budget">
        <span>{t.relay.budget}</span>
        <select
          disabled={!isOn}
          value={uplinkBps ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void command({ name: 'set-relay', mode, uplinkBps: value === '' ? null : Number(value) })
          }
        >
          {BUDGETS.map((each) => (
            <option key={each} value={each ?? ''}>
              {each === null ? t.relay.anyBudget : t.relay.mbits(each)}
            </option>
          ))}
        </select>
      </label>
      {isOn && listening && (
        <p class="hint time" role="status">
          {relaying && relaying.children > 0 ? t.relay.now(relaying) : t.relay.nobody}
        </p>
      )}
    </section>
  )
}
