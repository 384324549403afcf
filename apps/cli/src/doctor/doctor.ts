import { examineNetwork, formatAddress, type ExamineStep, type NetworkFindings } from '@pearcast/swarm'
import { openFilesLimit } from '@pearcast/station'
import { failureOf } from '../errors.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import type { Output } from '../terminal/output.ts'
import { padEnd, printable } from '../terminal/text.ts'
import { clockCheck, clockStepMs } from './clock-check.ts'
import type { Check, DiagnosisEvent } from './doctor-event.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { audioCheck, ffmpegCheck, filesCheck, ipv6Check, keysCheck, rtcCheck } from './machine-checks.ts'
import { networkChecks, offlineChecks, pathLines, pathsFrom, verdictOf } from './network-checks.ts'

const STEP_WORDS: Readonly<Record<ExamineStep, string>> = {
  socket: 'opening a socket',
  dht: 'asking the DHT; without an answer this takes 7 s',
  mapping: 'asking where we are seen',
  stability: 'waiting to be asked again',
  firewall: 'asking to be called from outside',
}

const VERDICT_WORDS: Readonly<Record<DiagnosisEvent['verdict'], string>> = {
  good: 'A station here is heard by listeners in all usual networks. It would reach',
  local:
    'Works on this computer. Of the network outside nothing was learnt: for that, run it without --bootstrap.',
  limited: 'A station here is heard, but not by everybody. It would reach',
  offline: 'A station cannot go on air here, nor can one be heard: see what failed above.',
}

/**
 * `pearcast doctor`: what this computer and its network can do, within 10 s.
 *
 * @returns the exit code: 0, or that of the first check that failed
 */
export async function doctor(options: DoctorOptions, session: Session): Promise<number> {
  const { output, stop } = session
  const bootstrap = bootstrapOf(options)
  const before = now()
  const failed: Check[] = []
  const tell = (check: Check): void => {
    if (check.status === 'failed') failed.push(check)
    output.event({ event: 'check', ...check })
    output.result(checkLine(check, output))
  }
  // The network takes longest, so it begins first and is told last.
  const network = examine(bootstrap, output)
  const { check: ipv6Told, ipv6 } = await ipv6Check()
  for (const check of await Promise.all([keysCheck(), audioCheck(), ffmpegCheck()])) tell(check)
  for (const check of [rtcCheck(), filesCheck(), ipv6Told]) tell(check)
  const examined = await Promise.race([network, stop.requested()])
  output.status([])
  if (examined === undefined) return EXIT.ok
  const { checks, found } = examined
  const after = now()
  for (const check of [...checks, clockCheck(before, after)]) tell(check)

  const diagnosis: DiagnosisEvent = {
    event: 'diagnosis',
    ms: Date.now() - session.startedAtMs,
    verdict: verdictOf(found),
    nat: found === undefined || found.isLoopback ? null : natOf(found),
    ipv6,
    clockStepMs: clockStepMs(before, after),
    openFilesLimit: openFilesLimit() ?? null,
    paths: found === undefined || found.isLoopback ? null : pathsFrom(found.natClass),
  }
  output.event(diagnosis)
  for (const line of conclusion(diagnosis)) output.result(line)
  const [first] = failed
  return first === undefined ? EXIT.ok : (exitCodeOf(first.code ?? '') ?? EXIT.unexpected)
}

async function examine(
  bootstrap: ReturnType<typeof bootstrapOf>,
  output: Output,
): Promise<{ checks: Check[]; found: NetworkFindings | undefined }> {
  try {
    const onStep = (step: ExamineStep): void => {
      output.status([output.colors.dim(`${STEP_WORDS[step]} …`)])
      output.line('debug', STEP_WORDS[step])
    }
    const found = await examineNetwork({ ...bootstrap, onStep })
    return { checks: networkChecks(found), found }
  } catch (error) {
    const { code, message } = failureOf(error)
    return { checks: offlineChecks(code, message), found: undefined }
  }
}

function natOf(found: NetworkFindings): NonNullable<DiagnosisEvent['nat']> {
  const { firewalled, mapping, natClass, portPreserved, portStable, publicAddress } = found
  const address = publicAddress === null ? null : formatAddress(publicAddress)
  return { class: natClass, mapping, firewalled, publicAddress: address, portPreserved, portStable }
}

function conclusion({ paths, verdict }: DiagnosisEvent): string[] {
  const lines = paths === null ? [] : pathLines(paths).map((line) => `  ${line}`)
  const words = VERDICT_WORDS[verdict]
  return ['', lines.length > 0 ? words : words.replace(/ It would reach$/, ''), ...lines]
}

function checkLine({ name, status, text }: Check, { colors }: Output): string {
  const mark = {
    ok: colors.green('ok'),
    warning: colors.yellow('note'),
    failed: colors.red('FAIL'),
    skipped: colors.dim('-'),
  }[status]
  return `${padEnd(mark, 4)}  ${padEnd(name, 6)}  ${printable(text, 1000)}`
}

function now(): { wallMs: number; monotonicMs: number } {
  return { wallMs: Date.now(), monotonicMs: performance.now() }
}
