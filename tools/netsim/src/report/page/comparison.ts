import { countOf, type Comparison } from '../baseline.ts'
import { figuresTable } from './figures-table.ts'
import { html, type Html } from './html.ts'

/** What the baseline says: regressions, groups as a whole, and the figures nearest to their limit. */
export function comparisonSection({ commit, compared, regressions, nearest, ratios }: Comparison): Html {
  const items = regressions.map(({ where, text }) => html`<li class="bad">✖ ${where}: ${text}</li>`)
  const single = nearest.map(
    ({ name, words, was, is, limit, isAbove }) =>
      html`<tr>
        <th scope="row">${name}: ${words}</th>
        <td>${was}</td>
        <td class="${isAbove ? 'bad' : ''}">${is}</td>
        <td>${limit}</td>
      </tr>`,
  )
  const rows = ratios.map(
    ({ group, figure, ratio, limit, scenarios }) =>
      html`<tr>
        <th scope="row">${group}</th>
        <td>${figure}</td>
        <td class="${ratio > limit ? 'bad' : ''}">${ratio.toFixed(2)}</td>
        <td>${limit}</td>
        <td>${scenarios}</td>
      </tr>`,
  )
  return html`<section id="comparison">
    <h2>Against the baseline of ${commit}</h2>
    <p class="lead">
      ${compared} scenario${compared === 1 ? '' : 's'} in both, ${countOf(regressions)}. A limit is what a
      figure was, with room for the draw of a single run.
    </p>
    ${
      items.length > 0 &&
      html`<ul>
        ${items}
      </ul>`
    }
    ${
      rows.length > 0 && figuresTable(['group', 'figure', 'now / then, median', 'at most', 'scenarios'], rows)
    }
    ${
      single.length > 0 &&
      html`<h3>Nearest to their limit</h3>
        ${figuresTable(['scenario and figure', 'then', 'now', 'at most'], single)}`
    }
  </section>`
}
