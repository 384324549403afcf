import { concealedShare, longestGapMs, type Run } from '../run-data.ts'
import { html, type Html } from './html.ts'
import { runId } from './matrix.ts'

const GROUPS: ReadonlySet<string> = new Set(['impairments', 'links', 'congestion'])

/** How bad lines sound: what was concealed, how often it broke off, how late it was. */
export function impairmentSection(runs: readonly Run[]): Html | undefined {
  const rows = runs.filter(
    ({ group, heard, expected }) => GROUPS.has(group) && heard && expected !== 'failure',
  )
  if (rows.length === 0) return undefined
  const most = Math.max(0.001, ...rows.map((run) => concealedShare(run) ?? 0))
  return html`<section id="impairments">
    <h2>Bad lines</h2>
    <p class="lead">
      Concealed: of the frames sent. Interruptions: silences of 150 ms or more. Longest gap: of the whole run,
      also before a line is calm and gaps are judged. Latency: capture to playout.
    </p>
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th>line</th>
            <th>concealed</th>
            <th class="bars"></th>
            <th>interruptions</th>
            <th>longest gap</th>
            <th>latency p50 / p95</th>
            <th>first sound</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((run) => row(run, most))}
        </tbody>
      </table>
    </div>
  </section>`
}

function row(run: Run, most: number): Html {
  const { heard, passed, name, group, problems } = run
  const share = concealedShare(run) ?? 0
  const short = name.startsWith(`${group}/`) && group === 'impairments' ? name.slice(group.length + 1) : name
  const latency = heard?.latencyMs
  return html`<tr${problemsTip(problems)}><th scope="row"><a href="#${runId(run)}" class="${passed ? '' : 'bad'}">${passed ? '' : '✖ '}${short}</a></th>
<td>${(share * 100).toFixed(2)} %</td><td class="bars"><i style="width:${Math.round((share / most) * 100)}%"></i></td>
<td>${heard?.interruptions ?? '–'}</td><td>${ms(longestGapMs(run))}</td><td>${latency ? `${Math.round(latency.p50 ?? 0)} / ${ms(latency.p95)}` : '–'}</td><td>${ms(heard?.firstSoundMs)}</td></tr>\n`
}

function problemsTip(problems: readonly string[]): Html {
  return problems.length === 0 ? html`` : html` data-tip="${problems.join('\n')}"`
}

function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? `${Math.round(value)} ms` : '–'
}
