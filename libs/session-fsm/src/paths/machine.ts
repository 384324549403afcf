import { and, not, setup } from 'xstate'
import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import type {
  DirectPath,
  PathsContext,
  PathsEffect,
  PathsEvent,
  PathsInput,
  PathsState,
  PathsTimer,
} from './types.ts'

const effects: EffectActions<PathsEffect> = {
  'request-webrtc': effect,
  'request-swarm': effect,
  select: effect,
  'notify-path': effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<PathsContext, PathsEvent, PathsInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: PathsTimer }) => event.type === 'timer' && event.id === params.id,
    pathIs: ({ event }, params: { path: DirectPath }) => 'path' in event && event.path === params.path,
    swarmIsUp: ({ context }) => context.swarmUp,
    allowsSwarm: ({ context }) => context.mode !== 'webrtc',
    allowsWebrtc: ({ context }) => context.mode !== 'swarm',
    swarmIsReady: ({ context }) => context.swarmUp && context.mode !== 'webrtc',
    webrtcIsReady: ({ context }) => context.webrtcUp,
    isHolding: ({ context }) => context.holding,
  },
})

const machineSetup = base.extend({
  actions: {
    swarmIsUp: base.assign({ swarmUp: true }),
    swarmIsDown: base.assign({ swarmUp: false }),
    webrtcIsUp: base.assign({ webrtcUp: true }),
    webrtcIsDown: base.assign({ webrtcUp: false }),
    askForWebrtc: base.enqueueActions(({ context, enqueue }) => {
      if (context.mode !== 'swarm') enqueue('request-webrtc')
    }),
    planRequest: base.enqueueActions(({ context, enqueue }) => {
      if (context.mode === 'swarm') return
      enqueue({ type: 'start-timer', params: { id: 'request', ms: context.requestMs } })
    }),
    hold: base.enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ holding: true })
      enqueue({ type: 'start-timer', params: { id: 'hold', ms: context.holdMs } })
    }),
    endHold: base.assign({ holding: false }),
    startProbe: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'probe', ms: context.probeMs } })
    }),
    startLeave: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'leave', ms: context.leaveMs } })
    }),
  },
})

const select = <P extends DirectPath>(path: P) => ({ type: 'select', params: { path } }) as const
const tell = <F extends DirectPath | 'none', T extends DirectPath | 'none'>(from: F, to: T) =>
  ({ type: 'notify-path', params: { from, to } }) as const
const stopTimer = <I extends PathsTimer>(id: I) => ({ type: 'stop-timer', params: { id } }) as const
const timerIs = <I extends PathsTimer>(id: I) => ({ type: 'timerIs', params: { id } }) as const
const pathIs = <P extends DirectPath>(path: P) => ({ type: 'pathIs', params: { path } }) as const

/** Swarm carries the audio again because WebRTC failed or fell silent. */
const backToSwarm = [select('swarm'), tell('webrtc', 'swarm'), 'planRequest'] as const
/** WebRTC carries the audio because the swarm path failed or fell silent. */
const overToWebrtc = [select('webrtc'), tell('swarm', 'webrtc')] as const
const staySwarm = [select('swarm'), 'planRequest'] as const

/** Which path carries the audio; the other takes over make-before-break, or at once when the active one is silent. */
export const pathsMachine: EffectMachine<PathsContext, PathsEvent, PathsState, PathsInput, PathsEffect> =
  machineSetup.createMachine({
    id: 'paths',
    context: ({ input }) => ({
      holdMs: 60_000,
      requestMs: 60_000,
      probeMs: 10_000,
      leaveMs: 2000,
      ...input,
      swarmUp: false,
      webrtcUp: false,
      holding: false,
    }),
    initial: 'none',
    on: {
      SWARM_UP: { actions: 'swarmIsUp' },
      SWARM_DOWN: { actions: 'swarmIsDown' },
      STOP: { target: '.stopped', actions: [stopTimer('hold'), stopTimer('request')] },
      timer: { guard: timerIs('hold'), actions: 'endHold' },
    },
    states: {
      none: {
        on: {
          SWARM_UP: [
            {
              guard: 'allowsSwarm',
              target: 'swarm',
              actions: ['swarmIsUp', select('swarm'), tell('none', 'swarm'), 'askForWebrtc'],
            },
            // Said again, with each subscription, it asks for nothing more.
            { guard: not('swarmIsUp'), actions: ['swarmIsUp', 'request-webrtc'] },
          ],
          WEBRTC_CONNECTED: {
            guard: 'allowsWebrtc',
            target: 'webrtc',
            actions: ['webrtcIsUp', select('webrtc'), tell('none', 'webrtc')],
          },
          WEBRTC_FAILED: { actions: 'planRequest' },
          timer: { guard: timerIs('request'), actions: 'request-webrtc' },
        },
      },

      swarm: {
        on: {
          SWARM_DOWN: [
            { guard: 'webrtcIsReady', target: 'webrtc', actions: ['swarmIsDown', ...overToWebrtc] },
            { target: 'none', actions: ['swarmIsDown', tell('swarm', 'none')] },
          ],
          PATH_SILENT: {
            guard: and(['webrtcIsReady', pathIs('swarm')]),
            target: 'webrtc',
            actions: overToWebrtc,
          },
        },
        initial: 'alone',
        states: {
          alone: {
            on: {
              WEBRTC_CONNECTED: [
                { guard: 'isHolding', actions: ['webrtcIsUp', select('swarm')] },
                { guard: 'allowsWebrtc', target: 'probing', actions: 'webrtcIsUp' },
              ],
              WEBRTC_FAILED: { actions: ['webrtcIsDown', 'planRequest'] },
              PATH_WORSE: {
                guard: and([pathIs('swarm'), 'webrtcIsReady', not('isHolding')]),
                target: 'probing',
                actions: 'request-webrtc',
              },
              timer: [
                {
                  guard: and([timerIs('request'), 'webrtcIsReady', not('isHolding')]),
                  target: 'probing',
                  actions: 'request-webrtc',
                },
                { guard: and([timerIs('request'), 'webrtcIsReady']), actions: 'planRequest' },
                { guard: timerIs('request'), actions: 'request-webrtc' },
              ],
            },
          },
          probing: {
            entry: 'startProbe',
            exit: stopTimer('probe'),
            on: {
              PATH_QUALIFIED: {
                guard: pathIs('webrtc'),
                target: 'leaving',
                actions: [select('webrtc'), 'hold'],
              },
              PATH_SILENT: { guard: pathIs('webrtc'), target: 'alone', actions: staySwarm },
              WEBRTC_FAILED: { target: 'alone', actions: ['webrtcIsDown', 'planRequest'] },
              timer: { guard: timerIs('probe'), target: 'alone', actions: staySwarm },
            },
          },
          leaving: {
            entry: 'startLeave',
            exit: stopTimer('leave'),
            on: {
              PATH_SILENT: [
                { guard: pathIs('swarm'), target: '#paths.webrtc', actions: tell('swarm', 'webrtc') },
                { target: 'alone', actions: staySwarm },
              ],
              SWARM_DOWN: { target: '#paths.webrtc', actions: ['swarmIsDown', tell('swarm', 'webrtc')] },
              WEBRTC_FAILED: { target: 'alone', actions: ['webrtcIsDown', ...staySwarm] },
              timer: { guard: timerIs('leave'), actions: [select('webrtc'), 'startLeave'] },
            },
          },
        },
      },

      webrtc: {
        entry: stopTimer('request'),
        on: {
          WEBRTC_FAILED: [
            { guard: 'swarmIsReady', target: 'swarm', actions: ['webrtcIsDown', ...backToSwarm] },
            { target: 'none', actions: ['webrtcIsDown', tell('webrtc', 'none'), 'planRequest'] },
          ],
          PATH_SILENT: {
            guard: and(['swarmIsReady', pathIs('webrtc')]),
            target: 'swarm',
            actions: backToSwarm,
          },
        },
        initial: 'alone',
        states: {
          alone: {
            on: {
              PATH_WORSE: {
                guard: and([pathIs('webrtc'), 'swarmIsReady', not('isHolding')]),
                target: 'probing',
                actions: 'request-swarm',
              },
            },
          },
          probing: {
            entry: 'startProbe',
            exit: stopTimer('probe'),
            on: {
              PATH_QUALIFIED: {
                guard: pathIs('swarm'),
                target: 'leaving',
                actions: [select('swarm'), 'hold'],
              },
              PATH_SILENT: { guard: pathIs('swarm'), target: 'alone', actions: select('webrtc') },
              SWARM_DOWN: { target: 'alone', actions: 'swarmIsDown' },
              timer: { guard: timerIs('probe'), target: 'alone', actions: select('webrtc') },
            },
          },
          leaving: {
            entry: 'startLeave',
            exit: stopTimer('leave'),
            on: {
              PATH_SILENT: [
                {
                  guard: pathIs('webrtc'),
                  target: '#paths.swarm',
                  actions: [tell('webrtc', 'swarm'), 'planRequest'],
                },
                { target: 'alone', actions: select('webrtc') },
              ],
              SWARM_DOWN: { target: 'alone', actions: ['swarmIsDown', select('webrtc')] },
              WEBRTC_FAILED: {
                target: '#paths.swarm',
                actions: ['webrtcIsDown', tell('webrtc', 'swarm'), 'planRequest'],
              },
              timer: { guard: timerIs('leave'), actions: [select('swarm'), 'startLeave'] },
            },
          },
        },
      },

      stopped: { type: 'final' },
    },
  })
