// Both ends of what is measured. A worklet has no clock but this one: whole milliseconds.
// Uneven, so that it can be told which pulse is which; no whole blocks of 20 ms, so that no clock falls in step.
const PERIODS_SAMPLES = [12_144, 17_232, 14_544, 16_080, 13_008]
const PULSE_SAMPLES = 480
const REST_SAMPLES = 9600

class PulseSource extends AudioWorkletProcessor {
  #at = 0
  #pulse = 0

  process(_inputs, [output]) {
    const [left, right] = output
    for (let i = 0; i < left.length; i++) {
      left[i] = this.#at < PULSE_SAMPLES ? 0.5 * Math.sin((2 * Math.PI * 1000 * this.#at) / 48_000) : 0
      right[i] = left[i]
      if (++this.#at < PERIODS_SAMPLES[this.#pulse % PERIODS_SAMPLES.length]) continue
      this.#at = 0
      this.#pulse++
    }
    return true
  }
}

class PulseTap extends AudioWorkletProcessor {
  #rest = 0

  process([[left]]) {
    for (const sample of left ?? []) {
      if (this.#rest > 0) this.#rest--
      else if (Math.abs(sample) > 0.1) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
        this.port.postMessage(Date.now())
        this.#rest = REST_SAMPLES
      }
    }
    return true
  }
}

registerProcessor('pulse-source', PulseSource)
registerProcessor('pulse-tap', PulseTap)
