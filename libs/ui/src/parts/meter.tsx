import type { VNode } from 'preact'

const FLOOR_DB = -60

interface MeterProps {
  label: string
  /** 0..1 */
  peak: number
  isClipping?: boolean
}

/** A level bar over 60 dB. Its value for a screen reader is rounded to 6 dB: it is asked for, not announced. */
export function Meter({ label, peak, isClipping = false }: MeterProps): VNode {
  const db = peak <= 0 ? FLOOR_DB : Math.max(FLOOR_DB, Math.min(0, 20 * Math.log10(peak)))
  const share = 1 - db / FLOOR_DB
  return (
    <div
      class={isClipping ? 'meter is-clipping' : 'meter'}
      role="meter"
      aria-label={label}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={Math.round(db / 6) * 6}
      aria-valuetext={`${Math.round(db / 6) * 6} dB`}
    >
      <div class="meter-bar" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
    </div>
  )
}
