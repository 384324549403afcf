import { describe, expect, test } from 'vitest'
import { PunchLog, viaOf } from './via.ts'

const CONSISTENT = { remoteFirewall: 2, localFirewall: 2 }
const RANDOM_REMOTE = { remoteFirewall: 3, localFirewall: 2 }
const RANDOM_LOCAL = { remoteFirewall: 2, localFirewall: 3 }

describe('how a connection reached its peer', () => {
  test.each([
    ['lan', { remoteHost: '192.168.1.7', onNodeSocket: true, punch: undefined }],
    ['lan', { remoteHost: '127.0.0.1', onNodeSocket: false, punch: RANDOM_REMOTE }],
    ['public', { remoteHost: '8.8.8.8', onNodeSocket: true, punch: undefined }],
    ['public', { remoteHost: '8.8.8.8', onNodeSocket: true, punch: CONSISTENT }],
    ['punched', { remoteHost: '8.8.8.8', onNodeSocket: false, punch: CONSISTENT }],
    ['punched', { remoteHost: '100.64.3.2', onNodeSocket: false, punch: undefined }],
    ['birthday', { remoteHost: '8.8.8.8', onNodeSocket: false, punch: RANDOM_REMOTE }],
    ['birthday', { remoteHost: '8.8.8.8', onNodeSocket: false, punch: RANDOM_LOCAL }],
  ] as const)('%s: %j', (via, traits) => {
    expect(viaOf(traits)).toBe(via)
  })
})

describe('the punches that a server was told of', () => {
  test('are found by any address that the peer named, for a minute', () => {
    const log = new PunchLog()
    log.add(['8.8.8.8', '9.9.9.9'], RANDOM_REMOTE, 0)
    expect(log.get('9.9.9.9', 60_000)).toEqual(RANDOM_REMOTE)
    expect(log.get('9.9.9.9', 60_001)).toBeUndefined()
    expect(log.get('7.7.7.7', 0)).toBeUndefined()
  })

  test('are replaced by later ones', () => {
    const log = new PunchLog()
    log.add(['8.8.8.8'], RANDOM_REMOTE, 0)
    log.add(['8.8.8.8'], CONSISTENT, 1000)
    expect(log.get('8.8.8.8', 1000)).toEqual(CONSISTENT)
  })
})
