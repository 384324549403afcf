/** In-place complex FFT of a power-of-two length, radix 2, decimation in time (Cooley and Tukey 1965). Not scaled. */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length
  permute(re, im)
  const { cos, sin } = twiddles(n)
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2
    const stride = n / size
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const wr = cos[k * stride] ?? 0
        const wi = sin[k * stride] ?? 0
        const a = start + k
        const b = a + half
        const br = re[b] ?? 0
        const bi = im[b] ?? 0
        const tr = br * wr - bi * wi
        const ti = br * wi + bi * wr
        const ar = re[a] ?? 0
        const ai = im[a] ?? 0
        re[b] = ar - tr
        im[b] = ai - ti
        re[a] = ar + tr
        im[a] = ai + ti
      }
    }
  }
}

/**
 * Cross-correlation of two real signals by one forward and one inverse transform.
 * @returns c with c[lag] = sum over i of a[i] * b[i + lag]; negative lags sit at the end: lag -1 is c[length - 1]
 */
export function crossCorrelation(a: Float32Array, b: Float32Array): Float64Array {
  const n = powerOfTwo(a.length + b.length)
  const re = new Float64Array(n)
  const im = new Float64Array(n)
  re.set(a)
  im.set(b)
  fft(re, im)
  multiplyConjugate(re, im)
  // The inverse by the forward transform: swap the parts before and after.
  fft(im, re)
  for (let i = 0; i < n; i++) re[i] = (re[i] ?? 0) / n
  return re
}

/** From Z = FFT(a + ib) to conj(A) * B, in place: A and B are the even and odd parts of Z. */
function multiplyConjugate(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let k = 0; k <= n / 2; k++) {
    const m = (n - k) % n
    const zr = re[k] ?? 0
    const zi = im[k] ?? 0
    const yr = re[m] ?? 0
    const yi = im[m] ?? 0
    const ar = (zr + yr) / 2
    const ai = (zi - yi) / 2
    const br = (zi + yi) / 2
    const bi = (yr - zr) / 2
    const cr = ar * br + ai * bi
    const ci = ar * bi - ai * br
    re[k] = cr
    im[k] = ci
    re[m] = cr
    im[m] = -ci
  }
}

export function powerOfTwo(atLeast: number): number {
  let n = 2
  while (n < atLeast) n *= 2
  return n
}

function permute(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      swap(re, i, j)
      swap(im, i, j)
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] ?? 0
  values[i] = values[j] ?? 0
  values[j] = kept
}

function twiddles(n: number): { cos: Float64Array; sin: Float64Array } {
  const cos = new Float64Array(n / 2)
  const sin = new Float64Array(n / 2)
  for (let k = 0; k < n / 2; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n)
    sin[k] = -Math.sin((2 * Math.PI * k) / n)
  }
  return { cos, sin }
}
