import { concealedShare, outcomeOf, type Run } from '../run-data.ts'
import { html, type Html } from './html.ts'
import { runId } from './matrix.ts'

/** The failures with what is wrong and how to see them again. */
export function failureSection(runs: readonly Run[]): Html | undefined {
  const failed = runs.filter(({ passed }) => !passed)
  if (failed.length === 0) return undefined
  const items = failed.map(
    (run) =>
      html`<li>
        <a class="bad" href="#${runId(run)}">✖ ${run.name}</a>, seed ${run.seed}
        <ul>
          ${run.problems.map((problem) => html`<li>${problem}</li>`)}
        </ul>
        <code>${replayCommand(run)}</code>
      </li>`,
  )
  return html`<section id="failures">
    <h2>Failures</h2>
    <ol class="failures">
      ${items}
    </ol>
  </section>`
}

/** What plays a run again. */
export function replayCommand({ file, name, seed }: Pick<Run, 'file' | 'name' | 'seed'>): string {
  const chosen = file === undefined ? `--only ${quoted(name)}` : `--file ${quoted(file)}`
  return `npx node tools/netsim/src/main.ts ${chosen} --seed ${seed} --report replay`
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** All of them, to look something up. */
export function runSection(runs: readonly Run[]): Html {
  return html`<section id="runs">
    <h2>All runs</h2>
    <p class="filter">
      <input type="search" id="filter" placeholder="filter by name or outcome" aria-label="filter the runs" />
    </p>
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th>scenario</th>
            <th>seed</th>
            <th>outcome</th>
            <th>via</th>
            <th>first sound</th>
            <th>latency, p50 / p95</th>
            <th>gap</th>
            <th>concealed</th>
            <th>held up</th>
          </tr>
        </thead>
        <tbody id="all">
          ${runs.map(row)}
        </tbody>
      </table>
    </div>
  </section>`
}

function row(run: Run): Html {
  const { heard, passed, name, seed, problems, errors, setAside, held, expected } = run
  const outcome = outcomeOf(run)
  const code = errors.at(-1)?.code
  const share = concealedShare(run)
  const worstMs = held?.worstMs ?? 0
  const again =
    setAside === undefined ? [] : [`played again: the machine had stood still (${setAside.join('; ')})`]
  const why = [...(passed && expected !== 'failure' ? [] : problems), ...again]
  const mark =
    expected === 'failure' && passed ? 'failed as it must' : outcome === 'told' ? (code ?? 'told') : outcome
  return html`<tr id="${runId(run)}">
    <th scope="row">
      ${passed ? '✔' : html`<span class="bad">✖</span>`}
      ${name}${why.map((text) => html`<small>${text}</small>`)}
    </th>
    <td>${seed}</td>
    <td><i class="swatch ${outcome}"></i>${mark}</td>
    <td>${heard?.via ?? '–'}</td>
    <td>${ms(heard?.firstSoundMs)}</td>
    <td>${latency(heard?.latencyMs)}</td>
    <td>${ms(heard?.gapMs)}</td>
    <td>${share === undefined ? '–' : `${(share * 100).toFixed(2)} %`}</td>
    <td>${worstMs >= 50 ? ms(worstMs) : '–'}</td>
  </tr> `
}

/** Of its frames, each run on its own. */
function latency(of: NonNullable<Run['heard']>['latencyMs']): string {
  if (typeof of?.p95 !== 'number' || typeof of.p50 !== 'number') return ms(of?.p50)
  return `${Math.round(of.p50)} / ${ms(of.p95)}`
}

function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? `${Math.round(value)} ms` : '–'
}
