import { html, type Html } from './html.ts'

/** A table that may be wider than the page, with what each column is called. */
export function figuresTable(heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll">
    <table class="figures">
      <thead>
        <tr>
          ${heads.map((head) => html`<th>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
