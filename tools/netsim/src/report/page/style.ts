/** Of the page. Colours are told apart by people who see few of them, on light and on dark ground. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: light-dark(#f6f6f3, #0e0e0d); --card: light-dark(#fcfcfb, #1a1a19); --ink: light-dark(#0b0b0b, #fff);
  --soft: light-dark(#52514e, #c3c2b7); --faint: light-dark(#6f6e69, #96958d); --grid: light-dark(#e1e0d9, #2c2c2a);
  --swarm: light-dark(#2a78d6, #3987e5); --webrtc: light-dark(#1baf7a, #199e70); --relayed: light-dark(#eda100, #c98500);
  --silent: light-dark(#a3a29a, #6b6a65); --told: light-dark(#4a3aa7, #9085e9); --failed: light-dark(#d03b3b, #e66767);
  --bad: light-dark(#b3261e, #f2867f); --good: light-dark(#006300, #3fbf3f); --accent: light-dark(#1d5fb0, #86b6ef); }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
main, header { max-width: 1240px; margin: 0 auto; padding: 0 20px }
header { padding-top: 28px }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px } h2 { font-size: 19px; margin: 0 0 2px } h3 { font-size: 15px; margin: 18px 0 4px }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 18px 20px; margin: 18px 0 }
a { color: var(--accent); text-underline-offset: 2px } .good { color: var(--good) } .bad { color: var(--bad) }
.lead, header p { color: var(--soft); margin: 0 0 12px; max-width: 90ch }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0 }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 0; padding: 0; list-style: none }
.tiles li { background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 8px 12px; min-width: 92px }
.tiles b { display: block; font-size: 22px; line-height: 1.2 } .tiles span { color: var(--soft); font-size: 13px }
.tiles b { white-space: nowrap } .tiles .wrong b { color: var(--bad) }
.scroll { overflow-x: auto; margin: 0 -4px; padding: 0 4px 4px }
table { border-collapse: separate; border-spacing: 0 } th { font-weight: 500; text-align: left }
.heat { border-spacing: 2px } .heat th { font-size: 13px; color: var(--soft); padding: 0 6px 2px 0 }
.heat thead th { text-align: center; vertical-align: bottom; padding: 0 2px 4px; max-width: 110px; line-height: 1.15 }
.heat tbody th { position: sticky; left: 0; background: var(--card); z-index: 1; white-space: nowrap }
.heat td { padding: 0; min-width: 92px } .heat td.none { text-align: center; color: var(--faint) }
.cell { display: block; padding: 5px 4px 6px; text-align: center; text-decoration: none; color: var(--ink); border-radius: 4px;
  background: color-mix(in oklab, var(--hue) var(--depth), var(--card)); border-bottom: 3px solid var(--hue); font-variant-numeric: tabular-nums }
.cell b { display: block; font-weight: 600; line-height: 1.2 } .cell span { display: block; font-size: 12px; line-height: 1.2; min-height: 1.2em; color: var(--soft) }
.cell:hover, .cell:focus-visible { outline: 2px solid var(--ink); outline-offset: 0 }
.swarm { --hue: var(--swarm) } .webrtc { --hue: var(--webrtc) } .relayed { --hue: var(--relayed) } .silent { --hue: var(--silent) }
.told { --hue: var(--told) } .failed { --hue: var(--failed) }
.legend { list-style: none; margin: 0 0 10px; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; color: var(--soft) }
.sample { display: inline-block; width: 6px; height: 20px; margin: 0 6px -5px 2px }
.key { display: flex; flex-wrap: wrap; gap: 6px 24px; margin: 0 0 8px } .key .cell { padding: 3px 10px 4px; font-size: 12.5px } .key b { font-weight: 600 }
.steps { display: inline-flex; align-items: end; gap: 2px }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 3px; background: var(--hue); margin-right: 6px }
.charts.wide { grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 560px)) }
.charts.aligned figure { display: grid; grid-template-rows: subgrid; grid-row: span 3; gap: 0 } figcaption small { display: block; color: var(--soft); font-weight: 400; font-size: 13px }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 18px 24px }
figure { margin: 0; min-width: 0 } figcaption { font-size: 14px; font-weight: 500; overflow-wrap: anywhere } figure .legend { margin: 2px 0 0 }
figure p { margin: 2px 0; font-size: 13px } figcaption a { text-decoration: none }
svg { width: 100%; height: auto; display: block; overflow: visible }
.grid { stroke: var(--grid); stroke-width: 1 } .axis { stroke: var(--faint); stroke-width: 1 }
.tick, .mark { font-size: 11px; fill: var(--soft) } .mark { font-size: 10px; paint-order: stroke; stroke: var(--card); stroke-width: 3px }
.line { fill: none; stroke: var(--hue); stroke-width: 2; stroke-linejoin: round } .hit { fill: transparent } .dot { fill: var(--hue) }
.cross { font-size: 11px; fill: var(--bad) }
.hit:hover { fill: var(--ink); fill-opacity: .25 }
.area { fill: color-mix(in oklab, var(--swarm) 35%, var(--card)); stroke: var(--swarm); stroke-width: 1.5 }
.gap { fill: var(--failed); fill-opacity: .35 } .step { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 3 }
line.told { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1 3 }
.figures { width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
.figures th, .figures td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--grid); vertical-align: top } .figures td { white-space: nowrap }
.figures thead th { color: var(--soft); font-size: 13px } .figures tbody th { font-weight: 400; min-width: 220px; overflow-wrap: anywhere }
.figures small { display: block; color: var(--bad); font-size: 12.5px } tr:target { background: color-mix(in oklab, var(--accent) 16%, var(--card)) }
.figures a { text-decoration: none }
.bars { width: 120px; min-width: 70px } td.bars i { display: block; height: 10px; margin-top: 6px; border-radius: 0 4px 4px 0; min-width: 1px; background: var(--swarm) }
input { font: inherit; padding: 6px 10px; width: min(340px, 100%); border-radius: 8px; border: 1px solid var(--faint); background: var(--page); color: var(--ink) }
summary { cursor: pointer; margin: 16px 0 10px; font-weight: 500 }
.filter { margin: 6px 0 12px } code { font-size: 12.5px; overflow-wrap: anywhere; background: var(--page); padding: 2px 6px; border-radius: 5px; display: inline-block }
.failures > li { margin: 0 0 12px } .failures ul { margin: 0 0 4px; padding-left: 18px; color: var(--soft) }
#tip { position: fixed; z-index: 9; pointer-events: none; white-space: pre-line; max-width: min(420px, 92vw); background: var(--ink); color: var(--page);
  padding: 7px 10px; border-radius: 7px; font-size: 13px; line-height: 1.4; visibility: hidden }
footer { max-width: 1240px; margin: 0 auto; padding: 0 20px 30px; color: var(--faint); font-size: 13px }
@media (max-width: 600px) { body { font-size: 14px } main, header, footer { padding-left: 10px; padding-right: 10px } section { padding: 14px 12px }
  .heat td { min-width: 66px } .heat th { font-size: 11px } .heat thead th { max-width: 66px; font-size: 10.5px } .heat tbody th { white-space: normal; max-width: 84px }
  .cell { font-size: 12.5px } .cell span { font-size: 11px } .tiles li { min-width: 28%; flex: 1 1 auto; padding: 6px 10px } .tiles b { font-size: 18px } .figures tbody th { min-width: 130px }
  .figures { font-size: 12.5px } .figures th, .figures td { padding-right: 8px }
  #comparison .figures tbody th { min-width: 0; overflow-wrap: break-word } .bars { display: none } }
`

/** A tip at the pointer or the focus, and the filter of the list. Without it everything is there but these. */
export const SCRIPT = `
const tip = document.getElementById('tip')
const hide = () => { tip.style.visibility = 'hidden' }
const show = (element, x, y) => {
  tip.textContent = element.dataset.tip
  const { width, height } = tip.getBoundingClientRect()
  tip.style.left = Math.max(6, Math.min(x + 12, innerWidth - width - 6)) + 'px'
  tip.style.top = (y + height + 24 > innerHeight ? y - height - 10 : y + 16) + 'px'
  tip.style.visibility = 'visible'
}
addEventListener('pointermove', (event) => {
  const element = event.target.closest?.('[data-tip]')
  element ? show(element, event.clientX, event.clientY) : hide()
})
addEventListener('focusin', ({ target }) => {
  if (!target.dataset.tip) return
  const { left, bottom } = target.getBoundingClientRect()
  show(target, left, bottom)
})
addEventListener('focusout', hide)
addEventListener('scroll', hide, { passive: true })
const filter = document.getElementById('filter')
filter?.addEventListener('input', () => {
  const wanted = filter.value.toLowerCase()
  for (const row of document.getElementById('all').rows) row.hidden = !row.textContent.toLowerCase().includes(wanted)
})
`
