import type { Row } from './row.ts'

const SHORT: Readonly<Record<string, string>> = {
  cpuUsPerPacket: 'us/packet',
  listenersPerCore: 'listeners/core',
  rssPerListenerKiB: 'KiB/listener',
  lossRatio: 'loss',
  ratioToDgram: 'x dgram',
}

/** The rows of one bench, as people read them: columns that no row fills are left out. */
export function table(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns = names.filter((name) => name !== 'bench' && rows.some((row) => (row[name] ?? null) !== null))
  const lines = [
    columns.map((name) => SHORT[name] ?? name),
    ...rows.map((row) => columns.map((name) => cell(row[name]))),
  ]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cell(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'number' ? String(value) : value
}
