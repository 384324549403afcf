import type { Result } from '../run/run-scenario.ts'

/** What a play came to in which all was well: heard over the swarm after so long, or nothing heard at all. */
export function playedResult(firstSoundMs: number | undefined, changes: Partial<Result> = {}): Result {
  return {
    name: 'a scenario',
    group: 'links',
    expectation: { verdict: 'heard' },
    seed: 1,
    expected: 'heard',
    passed: true,
    problems: [],
    heard:
      firstSoundMs === undefined
        ? undefined
        : {
            firstSoundMs,
            path: 'swarm',
            via: 'punched',
            first: { path: 'swarm', via: 'punched' },
            relayHops: 0,
            latencyMs: undefined,
            gapMs: 0,
            framesSent: 1,
            framesLost: 0,
            framesConcealed: 0,
            framesDuplicate: 0,
            interruptions: 0,
            playsAtEnd: true,
          },
    errors: [],
    durationMs: 1,
    lab: undefined,
    held: { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 },
    folder: '/nowhere',
    role: 'listener',
    ...changes,
  }
}
