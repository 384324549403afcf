import { expect, it } from 'vitest'
import { parseCpuUs, parseFullBuffers, parseRssKiB } from './proc-stat.ts'

it('reads the CPU time of a process whatever its name holds', () => {
  const after = 'S 1 2 3 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 5000 1000000 2000'
  expect(parseCpuUs(`4711 (node) ${after}`)).toBe(3_000_000)
  expect(parseCpuUs(`4711 (a) b (c) ${after}`)).toBe(3_000_000)
})

it('reads resident memory', () => {
  expect(parseRssKiB('Name:\tnode\nVmHWM:\t  99999 kB\nVmRSS:\t  51234 kB\nRssAnon:\t 1 kB\n')).toBe(51_234)
  expect(parseRssKiB('Name:\tnode\n')).toBeNaN()
})

it('reads how many datagrams found a full buffer, wherever the kernel puts that column', () => {
  const other = 'Ip: InReceives RcvbufErrors\nIp: 7 9\n'
  expect(parseFullBuffers(`${other}Udp: InDatagrams NoPorts RcvbufErrors\nUdp: 100 2 31\n`)).toBe(31)
  expect(parseFullBuffers(`${other}Udp: RcvbufErrors InDatagrams\nUdp: 31 100\nUdpLite: InDatagrams\n`)).toBe(
    31,
  )
  expect(parseFullBuffers(other)).toBeNaN()
})
