import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BroadcastEvent, ListenEvent } from '@pearcast/station'
import { CliError } from '../errors.ts'
import type { Leg } from '../events.ts'
import type { GlobalOptions } from '../options/global.ts'
import { ChildCommand, type TimedEvent } from './child-command.ts'

export interface LegPlan {
  leg: Leg
  rtc: GlobalOptions['rtc']
  input: string
  durationS: number
  bootstrap: string
  /** for the keys of the two processes */
  folder: string
  recording: string
  mainFile: string
  onPhase: (phase: 'connecting' | 'playing') => void
  onBroadcast: (event: TimedEvent<BroadcastEvent>) => void
  onListen: (event: TimedEvent<ListenEvent>) => void
}

const ON_AIR_WITHIN_S = 20
const HEARD_WITHIN_S = 30
/** What the listener may take beyond the duration: leaving, and a machine under load. */
const END_WITHIN_S = 20

/**
 * One broadcaster and one listener, each a process with keys of its own, until the listener has heard enough.
 *
 * @throws CliError CHILD_DIED when one of them ends before its time or hangs
 */
export async function runLeg(plan: LegPlan, interrupted: Promise<void>): Promise<void> {
  const onAir = Promise.withResolvers<string>()
  const broadcaster = await child<BroadcastEvent>(plan, 'broadcast', broadcastArgs(plan), (event) => {
    plan.onBroadcast(event)
    if (event.event === 'on-air') onAir.resolve(event.link)
  })
  const children: { stop(): Promise<unknown> }[] = [broadcaster]
  try {
    const leave = interrupted.then(() => undefined)
    const link = await Promise.race([
      within(ON_AIR_WITHIN_S, broadcaster, onAir.promise),
      broadcaster.died(),
      leave,
    ])
    if (link === undefined) return
    plan.onPhase('connecting')
    const listener = await child<ListenEvent>(plan, 'listen', listenArgs(plan, link), (event) => {
      plan.onListen(event)
      if (event.event === 'first-audio') plan.onPhase('playing')
    })
    children.push(listener)
    const heard = heardItAll(listener)
    const patienceS = HEARD_WITHIN_S + plan.durationS + END_WITHIN_S
    await Promise.race([within(patienceS, listener, heard), broadcaster.died(), leave])
  } finally {
    // The listener first: a broadcaster that leaves before it would be an interruption in its figures.
    for (const each of children.toReversed()) await each.stop()
  }
}

/** A listener that gave up waiting has told so in its events: no crash, but nothing heard. */
async function heardItAll(listener: ChildCommand<ListenEvent>): Promise<void> {
  const exit = await listener.exited
  if (exit.code !== 0 && exit.code !== 5) throw listener.failure(exit)
}

async function within<T>(seconds: number, of: { name: string }, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const error = CliError.childDied(of.name, `did not get there within ${seconds} s.`)
  const timer = setTimeout(() => late.reject(error), seconds * 1000)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function child<E extends BroadcastEvent | ListenEvent>(
  { leg, folder, mainFile }: LegPlan,
  name: 'broadcast' | 'listen',
  args: string[],
  onEvent: (event: TimedEvent<E>) => void,
): Promise<ChildCommand<E>> {
  const home = join(folder, `${leg}-${name}`)
  await mkdir(home, { recursive: true, mode: 0o700 })
  return new ChildCommand({ name, args, mainFile, env: { PEARCAST_HOME: home }, onEvent })
}

/** What both processes are told of the paths. */
function pathArgs({ bootstrap, leg, rtc }: LegPlan): string[] {
  return ['--path', leg, '--bootstrap', bootstrap, ...(rtc === undefined ? [] : ['--rtc', rtc])]
}

function broadcastArgs(plan: LegPlan): string[] {
  // A file's name may begin with a dash.
  return ['--loop', '--wait-listeners', '1', ...pathArgs(plan), '--', plan.input]
}

function listenArgs(plan: LegPlan, link: string): string[] {
  const until = ['--duration', String(plan.durationS), '--wait', String(HEARD_WITHIN_S)]
  return [link, '--output', plan.recording, ...until, ...pathArgs(plan)]
}
