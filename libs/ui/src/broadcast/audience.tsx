import type { BroadcastState } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { now } from '../parts/now.ts'
import { clock, route, t } from '../strings.ts'

const MAX_SHOWN = 12

export function Audience({ broadcast }: { broadcast: BroadcastState }): VNode {
  const { audience, audienceHistory, listeners, uplinkBps } = broadcast
  return (
    <section class="card" aria-labelledby="audience-heading">
      <div class="row spread">
        <h2 id="audience-heading">{t.broadcast.audience}</h2>
        <span class="hint time">
          <span role="status">{t.broadcast.count(listeners)}</span> · {t.broadcast.uplink(uplinkBps)}
        </span>
      </div>
      <History counts={audienceHistory.length > 1 ? audienceHistory : [listeners, listeners]} />
      {listeners === 0 ? (
        <p class="hint">{t.broadcast.nobody}</p>
      ) : (
        <ul class="audience">
          {audience.slice(0, MAX_SHOWN).map(({ id, path, sinceMs, via }) => (
            <li key={id}>
              <span class="member">{id.slice(0, 8)}</span>
              <span>{route(path, via)}</span>
              <span class="hint time">{t.broadcast.since(clock(now.value - sinceMs))}</span>
            </li>
          ))}
          {listeners > MAX_SHOWN && <li class="hint">{t.broadcast.more(listeners - MAX_SHOWN)}</li>}
        </ul>
      )}
    </section>
  )
}

/** How many listened over the last hour at most: a line, its words are the count above. */
function History({ counts }: { counts: readonly number[] }): VNode {
  const top = Math.max(1, ...counts)
  const points = counts.map((count, i) => `${(i / (counts.length - 1)) * 100},${24 - (count / top) * 22}`)
  return (
    <svg class="history" viewBox="0 0 100 25" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  )
}
