import { NAT_TYPES } from '../../nat/types.ts'
import { percentile } from '../summary.ts'
import { outcomeOf, type Outcome, type Run } from '../run-data.ts'
import { html, type Html } from './html.ts'

/** `matrix/port-restricted x cgnat`, and what may follow after a comma: one heat map for each of these. */
const PAIR = /^matrix[^/]*\/(.+?) x ([^,]+?)(?:, (.*))?$/

interface Pair {
  broadcaster: string
  listener: string
  variant: string
  runs: Run[]
}

/** Who helps, in words. */
const HELPED: Readonly<Record<string, string>> = {
  none: 'Without help',
  relay: 'With one relay',
  listener: 'With one listener who can be reached',
}

/** From easy to hard, as people look for them; whatever has another name comes after. */
const PLACES = [...Object.keys(NAT_TYPES), 'dual-stack', 'udp-blocked']
const VARIANTS = [...Object.values(HELPED), 'On one LAN']

/** Below the first nothing is told apart, above the last all is slow, ms. */
const FAST_MS = 300
const SLOW_MS = 10_000

/** Every pair of NATs: the path is the colour, how long it took the depth of it. */
export function matrixSection(runs: readonly Run[]): Html | undefined {
  const pairs = pairsOf(runs)
  if (pairs.length === 0) return undefined
  const maps = Map.groupBy(
    inOrder(pairs, ({ variant }) => variant, VARIANTS),
    ({ variant }) => variant,
  )
  return html`<section id="matrix">
    <h2>Every pair of NATs</h2>
    <p class="lead">
      Rows: the broadcaster's NAT; columns: the listener's. A cell leads to its run; the rest is under the
      pointer. The colour is the path, the deeper the later the first sound.
    </p>
    ${cellKey()} ${legend(pairs)} ${[...maps].map(([variant, all]) => heatMap(variant, all))}
  </section>`
}

function pairsOf(runs: readonly Run[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const run of runs) {
    const names = namesOf(run)
    if (names === undefined) continue
    // A pair may be played alone, and as one of a row of listeners.
    const key = Object.values(names).join('|')
    const pair = pairs.get(key) ?? { ...names, runs: [] }
    pair.runs.push(run)
    pairs.set(key, pair)
  }
  return [...pairs.values()]
}

/** As the run tells, or as its name does. */
function namesOf({ name, group, pair }: Run): Omit<Pair, 'runs'> | undefined {
  if (pair) {
    const { broadcaster, listener, lan, help } = pair
    const helped = HELPED[help ?? 'none'] ?? ''
    // Both are behind one NAT: what the columns tell is who helps.
    if (lan) return { broadcaster: `${lan}, ${broadcaster}`, listener: helped, variant: 'On one LAN' }
    return { broadcaster, listener, variant: helped }
  }
  const [, broadcaster, listener, variant = ''] = group === 'matrix' ? (PAIR.exec(name) ?? []) : []
  return broadcaster === undefined || listener === undefined ? undefined : { broadcaster, listener, variant }
}

function inOrder<T>(all: readonly T[], nameOf: (each: T) => string, order: readonly string[]): T[] {
  const rank = (each: T): number => {
    const at = order.indexOf(nameOf(each))
    return at === -1 ? order.length : at
  }
  return all.toSorted((a, b) => rank(a) - rank(b))
}

function heatMap(variant: string, pairs: readonly Pair[]): Html {
  const rows = inOrder([...new Set(pairs.map(({ broadcaster }) => broadcaster))], (name) => name, PLACES)
  const columns = inOrder([...new Set(pairs.map(({ listener }) => listener))], (name) => name, PLACES)
  const head = columns.map((name) => html`<th scope="col"><span>${name}</span></th>`)
  const body = rows.map((row) => {
    const cells = columns.map((column) =>
      cell(pairs.find(({ broadcaster, listener }) => broadcaster === row && listener === column)),
    )
    return html`<tr>
      <th scope="row">${row}</th>
      ${cells}
    </tr> `
  })
  return html`${variant === '' ? undefined : html`<h3>${variant}</h3>`}
    <div class="scroll">
      <table class="heat">
        <thead>
          <tr>
            <td></td>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>`
}

function cell(pair: Pair | undefined): Html {
  const [first] = pair?.runs ?? []
  if (pair === undefined || first === undefined) return html`<td class="none">·</td>`
  const worst = pair.runs.find(({ passed }) => !passed) ?? first
  const outcome = outcomeOf(worst)
  const firstSoundMs = median(pair.runs.map(({ heard }) => heard?.firstSoundMs))
  const latencyMs = median(pair.runs.map(({ heard }) => heard?.latencyMs?.p50))
  const top = firstSoundMs === undefined ? WORDS[outcome] : String(Math.round(firstSoundMs))
  const code = outcome === 'told' ? (worst.errors.at(-1)?.code ?? '') : ''
  const below = latencyMs === undefined ? code : String(Math.round(latencyMs))
  return html`<td>
    <a
      class="cell ${outcome}"
      style="--depth:${depth(firstSoundMs)}%"
      href="#${runId(worst)}"
      data-tip="${detail(pair)}"
      ><b>${top}</b><span>${below}</span></a
    >
  </td>`
}

function detail({ broadcaster, listener, runs }: Pair): string {
  const lines = runs.map((run) => {
    const { heard, problems, seed } = run
    if (heard === undefined || heard === null)
      return `seed ${seed}: ${run.passed ? quiet(run) : problems.join('; ')}`
    const latency = heard.latencyMs
      ? `, latency p50 ${round(heard.latencyMs.p50)}, p95 ${round(heard.latencyMs.p95)} ms`
      : ''
    const how = `${heard.path ?? '?'} via ${heard.via ?? '?'}`
    const wrong = run.passed ? '' : `; ${problems.join('; ')}`
    return `seed ${seed}: ${how}, first sound ${round(heard.firstSoundMs)} ms${latency}, longest gap ${round(heard.gapMs)} ms${wrong}`
  })
  return [`${broadcaster} → ${listener}`, ...lines].join('\n')
}

/** Why it is right that nothing was heard. */
function quiet({ errors }: Run): string {
  const code = errors.at(-1)?.code
  return typeof code === 'string' ? `told ${code}` : 'rightly silent'
}

const WORDS: Record<Outcome, string> = {
  failed: '✖',
  swarm: 'swarm',
  webrtc: 'webrtc',
  relayed: 'relayed',
  silent: 'silent',
  told: 'told',
}

const LEGEND: Record<Outcome, string> = {
  swarm: 'swarm: sealed datagrams, punched or direct',
  webrtc: 'webrtc',
  relayed: 'relayed by another peer',
  silent: 'rightly silent',
  told: 'rightly told why',
  failed: 'failed',
}

function legend(pairs: readonly Pair[]): Html {
  const there = new Set(pairs.flatMap(({ runs }) => runs.map(outcomeOf)))
  const items = Object.entries(LEGEND).filter(([outcome]) => [...there].some((each) => each === outcome))
  return html`<ul class="legend">
    ${items.map(([outcome, text]) => html`<li><i class="swatch ${outcome}"></i>${text}</li>`)}
  </ul>`
}

/** A cell with words instead of numbers, and how deep the colour gets. */
function cellKey(): Html {
  const steps = [FAST_MS, 1000, 3000, SLOW_MS].map(
    (each, i, all) =>
      html`<span class="cell silent" style="--depth:${depth(each)}%"
        >${i === 0 ? '≤ ' : i === all.length - 1 ? '≥ ' : ''}${each / 1000} s</span
      >`,
  )
  return html`<div class="key" aria-hidden="true">
    <span class="cell silent" style="--depth:${depth(FAST_MS)}%"
      ><b>first sound, ms</b><span>latency, ms (median)</span></span
    >
    <span class="steps">${steps}</span>
  </div>`
}

/** Of the path's colour in the cell, %. */
function depth(firstSoundMs: number | undefined): number {
  if (firstSoundMs === undefined) return 24
  const share = Math.log(firstSoundMs / FAST_MS) / Math.log(SLOW_MS / FAST_MS)
  return Math.round(16 + 44 * Math.min(1, Math.max(0, share)))
}

function median(values: readonly (number | null | undefined)[]): number | undefined {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? undefined : percentile(known, 0.5)
}

function round(value: number | null | undefined): string {
  return typeof value === 'number' ? String(Math.round(value)) : '?'
}

/** Where its row in the list of runs is. */
export function runId({ name, seed }: Run): string {
  return `run-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${seed}`
}
