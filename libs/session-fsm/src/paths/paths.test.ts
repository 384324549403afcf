import {
  driveEveryEdge,
  randomRun,
  RuleBook,
  run,
  untakenTransitions,
  type Walk,
} from '@pearcast/fsm/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathsMachine } from './machine.ts'
import { activePath, type DirectPath, type PathMode, type PathsContext, type PathsEvent } from './types.ts'

const swarmUp: PathsEvent = { type: 'SWARM_UP' }
const swarmDown: PathsEvent = { type: 'SWARM_DOWN' }
const webrtcUp: PathsEvent = { type: 'WEBRTC_CONNECTED' }
const webrtcFailed: PathsEvent = { type: 'WEBRTC_FAILED' }
const qualified = (path: DirectPath): PathsEvent => ({ type: 'PATH_QUALIFIED', path })
const silent = (path: DirectPath): PathsEvent => ({ type: 'PATH_SILENT', path })
const worse = (path: DirectPath): PathsEvent => ({ type: 'PATH_WORSE', path })
const timer = (id: 'hold' | 'request' | 'probe' | 'leave'): PathsEvent => ({ type: 'timer', id })

const paths = (mode: PathMode, ...events: PathsEvent[]) => {
  const machine = run(pathsMachine, { mode })
  for (const event of events) machine.send(event)
  return { ...machine, active: () => activePath(machine.driver.snapshot().value) }
}
const onWebrtc = [swarmUp, webrtcUp, qualified('webrtc'), silent('swarm')]

describe('in auto mode', () => {
  test('sound comes over the swarm first, and WebRTC is asked for behind it', () => {
    expect(paths('auto').send(swarmUp)).toEqual([
      { type: 'select', path: 'swarm' },
      { type: 'notify-path', from: 'none', to: 'swarm' },
      { type: 'request-webrtc' },
    ])
  })

  test('WebRTC is selected when it has qualified, and counts when the swarm path has stopped', () => {
    const { send, active } = paths('auto', swarmUp, webrtcUp)
    expect(send(qualified('webrtc'))).toContainEqual({ type: 'select', path: 'webrtc' })
    expect(active()).toBe('swarm')
    expect(send(silent('swarm'))).toContainEqual({ type: 'notify-path', from: 'swarm', to: 'webrtc' })
    expect(active()).toBe('webrtc')
  })

  test('a selection is repeated while the old path still sends', () => {
    const { send, active } = paths('auto', swarmUp, webrtcUp, qualified('webrtc'))
    expect(send(timer('leave'))).toEqual([
      { type: 'select', path: 'webrtc' },
      { type: 'start-timer', id: 'leave', ms: 2000 },
    ])
    expect(active()).toBe('swarm')
  })

  test.each([
    ['falls silent', silent('webrtc')],
    ['does not qualify in time', timer('probe')],
  ])('WebRTC that %s while it is tried is left alone for a minute', (_, event) => {
    const { send } = paths('auto', swarmUp, webrtcUp)
    const effects = send(event)
    expect(effects).toContainEqual({ type: 'select', path: 'swarm' })
    expect(effects).toContainEqual({ type: 'start-timer', id: 'request', ms: 60_000 })
    expect(send(timer('request'))).toContainEqual({ type: 'request-webrtc' })
  })

  test('WebRTC that falls silent after it was selected loses to the swarm path', () => {
    const { send, active } = paths('auto', swarmUp, webrtcUp, qualified('webrtc'))
    expect(send(silent('webrtc'))).toContainEqual({ type: 'select', path: 'swarm' })
    expect(active()).toBe('swarm')
  })

  test.each([
    ['fails', webrtcFailed],
    ['falls silent', silent('webrtc')],
  ])('the swarm path takes over at once when WebRTC %s', (_, event) => {
    const { send, active } = paths('auto', ...onWebrtc)
    expect(send(event)).toContainEqual({ type: 'select', path: 'swarm' })
    expect(active()).toBe('swarm')
  })

  test.each([
    ['goes down', swarmDown],
    ['falls silent', silent('swarm')],
  ])('WebRTC takes over at once when the swarm path %s', (_, event) => {
    const { send, active } = paths('auto', swarmUp, webrtcUp)
    expect(send(event)).toContainEqual({ type: 'select', path: 'webrtc' })
    expect(active()).toBe('webrtc')
  })

  test('the silence of the only path changes nothing', () => {
    expect(paths('auto', swarmUp).send(silent('swarm'))).toEqual([])
  })

  test('a worse path is left for the other, make-before-break, but not within the hold', () => {
    const { send, active } = paths('auto', ...onWebrtc)
    expect(send(worse('webrtc'))).toEqual([])
    send(timer('hold'))
    expect(send(worse('webrtc'))).toContainEqual({ type: 'request-swarm' })
    expect(active()).toBe('webrtc')
    expect(send(qualified('swarm'))).toEqual([
      { type: 'stop-timer', id: 'probe' },
      { type: 'select', path: 'swarm' },
      { type: 'start-timer', id: 'hold', ms: 60_000 },
      { type: 'start-timer', id: 'leave', ms: 2000 },
    ])
    send(silent('webrtc'))
    expect(active()).toBe('swarm')
  })

  test('WebRTC that comes back within the hold waits for its end', () => {
    const { send, active } = paths('auto', ...onWebrtc, webrtcFailed)
    expect(send(webrtcUp)).toEqual([{ type: 'select', path: 'swarm' }])
    expect(send(qualified('webrtc'))).toEqual([])
    expect(send(timer('request'))).toEqual([{ type: 'start-timer', id: 'request', ms: 60_000 }])
    send(timer('hold'))
    expect(send(timer('request'))).toContainEqual({ type: 'request-webrtc' })
    send(qualified('webrtc'))
    send(silent('swarm'))
    expect(active()).toBe('webrtc')
  })

  test('WebRTC carries on when only the swarm link is gone', () => {
    const { send, active } = paths('auto', ...onWebrtc)
    expect(send(swarmDown)).toEqual([])
    expect(active()).toBe('webrtc')
    expect(send(webrtcFailed)).toContainEqual({ type: 'notify-path', from: 'webrtc', to: 'none' })
  })
})

describe('a mode of one path', () => {
  test('swarm: WebRTC is neither asked for nor used', () => {
    const { send, active, ledger } = paths('swarm', swarmUp)
    for (const event of [webrtcUp, webrtcFailed, worse('swarm'), silent('swarm')]) send(event)
    expect(active()).toBe('swarm')
    expect(ledger.of('request-webrtc')).toEqual([])
    expect([...ledger.timers]).toEqual([])
  })

  test('webrtc: the swarm link only signals', () => {
    const { send, active } = paths('webrtc')
    expect(send(swarmUp)).toEqual([{ type: 'request-webrtc' }])
    expect(send(swarmUp)).toEqual([])
    expect(active()).toBe('none')
    send(webrtcUp)
    expect(active()).toBe('webrtc')
    expect(send(silent('webrtc'))).toEqual([])
    expect(send(webrtcFailed)).toContainEqual({ type: 'start-timer', id: 'request', ms: 60_000 })
    expect(active()).toBe('none')
    expect(send(timer('request'))).toEqual([{ type: 'request-webrtc' }])
  })
})

const anything = (): PathsEvent[] => [
  swarmUp,
  swarmDown,
  webrtcUp,
  webrtcFailed,
  ...(['swarm', 'webrtc'] as const).flatMap((path) => [qualified(path), silent(path), worse(path)]),
]
const MODES = ['auto', 'swarm', 'webrtc'] as const

const walkIn = (mode: PathMode): Walk<PathsContext, PathsEvent> => ({
  machine: pathsMachine,
  input: { mode },
  events: ({ value, context }) => {
    const state = JSON.stringify(value)
    return [
      ...anything(),
      ...(state.includes('probing') ? [timer('probe')] : []),
      ...(state.includes('leaving') ? [timer('leave')] : []),
      ...(context.holding ? [timer('hold')] : []),
      { type: 'STOP' },
    ]
  },
  distinguish: ({ swarmUp: swarm, webrtcUp: webrtc, holding }) => [swarm, webrtc, holding],
})

/** The request timer runs in states that look alike to the model, so it is fired wherever it has an effect. */
const withRequests = (walk: Walk<PathsContext, PathsEvent>): Walk<PathsContext, PathsEvent> => ({
  ...walk,
  events: (snapshot) => [...walk.events(snapshot), timer('request')],
})

describe('the model', () => {
  test('every transition can be taken in one mode or another', () => {
    expect(untakenTransitions(MODES.map((mode) => withRequests(walkIn(mode))))).toEqual([])
  })

  test.each(MODES)('the driver takes every way out of every state in mode %s', (mode) => {
    const edges = driveEveryEdge(walkIn(mode), () => run(pathsMachine, { mode }))
    expect(edges).toBeGreaterThan(20)
  })
})

describe('whatever happens', () => {
  test.each(MODES)('one path is active at most, and every change is told (mode %s)', (mode) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 100 }), (choices) => {
        const machine = run(pathsMachine, { mode })
        const rules = new RuleBook()
        let [active, selected]: (DirectPath | 'none')[] = ['none', 'none']
        randomRun(machine, choices, anything, (_, effects) => {
          for (const effect of effects) {
            if (effect.type === 'select') selected = effect.path
            if (effect.type !== 'notify-path') continue
            rules.must(
              effect.from === active && effect.to !== active,
              'each change is told, and only changes',
            )
            active = effect.to
            rules.must(active === 'none' || active === selected, 'a path is selected before it is active')
          }
          rules.must(activePath(machine.driver.snapshot().value) === active, 'one path is active')
          rules.must(mode === 'auto' || active === 'none' || active === mode, 'a mode of one path uses it')
        })
        expect(rules.broken).toEqual([])
        machine.send({ type: 'STOP' })
        expect(machine.driver.done).toBe(true)
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.send(swarmUp)).toEqual([])
      }),
    )
  })

  test('audio is never left without a path while one is up', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 100 }), (choices) => {
        const machine = run(pathsMachine, { mode: 'auto' })
        const rules = new RuleBook()
        let [swarm, webrtc] = [false, false]
        randomRun(machine, choices, anything, ({ type }) => {
          if (type === 'SWARM_UP') swarm = true
          if (type === 'SWARM_DOWN') swarm = false
          if (type === 'WEBRTC_CONNECTED') webrtc = true
          if (type === 'WEBRTC_FAILED') webrtc = false
          const active = activePath(machine.driver.snapshot().value)
          rules.must(active !== 'none' || !(swarm || webrtc), 'a path that is up is used')
        })
        expect(rules.broken).toEqual([])
      }),
    )
  })
})
