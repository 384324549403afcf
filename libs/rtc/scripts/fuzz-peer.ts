/** Run by `src/process.test.ts`: a stranger's SDPs and candidates against a real stack. */
import { RtcError } from '../src/errors.ts'
import { closeRtc, RTC_STACKS } from '../src/stacks.ts'
import { observe, pause } from '../src/testing/pair.ts'
import { BROWSER_OFFER, mutate, OFFER, seededRandom } from '../src/testing/sdp.ts'

const CANDIDATE = 'candidate:1 1 UDP 2114977791 127.0.0.1 39167 typ host generation 0'
const seed = Number(process.argv[2] ?? 1)
const cases = Number(process.argv[3] ?? 100)
const stack = RTC_STACKS.find((name) => name === process.argv[4]) ?? 'ndc'
const random = seededRandom(seed)
const outcomes: Record<string, number> = {}

function note(outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}

/** Anything but our own error ends the process, and with it the test. */
function refusal(error: unknown): string {
  if (!(error instanceof RtcError)) throw error
  return error.code
}

function addCandidates(transport: ReturnType<typeof observe>['transport']): void {
  for (let i = 0; i < 4; i++) {
    try {
      transport.addCandidate(mutate(CANDIDATE, random), mutate('0', random))
      note('candidate taken')
    } catch (error) {
      note(refusal(error))
    }
  }
}

/** Values that the grammar allows and nobody writes. */
function oddButLegal(sdp: string): string {
  const text = (length: number): string => '+/aZ09'.charAt(Math.floor(random() * 6)).repeat(length)
  const length = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1))
  return sdp
    .replace(/a=ice-ufrag:.*/, `a=ice-ufrag:${text(length(4, 256))}`)
    .replace(/a=ice-pwd:.*/, `a=ice-pwd:${text(length(22, 256))}`)
    .replace(/a=mid:.*/, `a=mid:${'m'.repeat(length(1, 32))}`)
    .replace(/a=setup:.*/, `a=setup:${['actpass', 'active', 'passive'][length(0, 2)] ?? ''}`)
    .replace(/a=ssrc:\d+ cname.*/, `a=ssrc:${Math.floor(random() * 2 ** 32)} cname:x`)
    .replace(/111/g, String(length(96, 127)))
}

function damaged(sdp: string): string {
  const kind = random()
  if (kind < 0.3) return oddButLegal(sdp)
  return mutate(kind < 0.5 ? oddButLegal(sdp) : sdp, random)
}

async function hostileOffer(): Promise<void> {
  const { transport } = observe({ stack, role: 'receiver', ssrc: 1 })
  const answering = transport.acceptOffer(damaged(random() < 0.5 ? OFFER : BROWSER_OFFER)).then(
    () => note('offer taken'),
    (error: unknown) => note(refusal(error)),
  )
  addCandidates(transport)
  await pause(20)
  addCandidates(transport)
  transport.close()
  await answering
}

async function hostileAnswer(): Promise<void> {
  const { transport } = observe({ stack, role: 'sender', ssrc: 1 })
  await transport.createOffer()
  addCandidates(transport)
  const answer = OFFER.replace('a=sendonly', 'a=recvonly').replace('a=setup:actpass', 'a=setup:passive')
  try {
    await transport.acceptAnswer(damaged(answer))
    note('answer taken')
  } catch (error) {
    note(refusal(error))
  }
  addCandidates(transport)
  await pause(20)
  transport.close()
}

for (let done = 0; done < cases; done += 20) {
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? hostileOffer() : hostileAnswer())))
}
console.log(JSON.stringify(outcomes))
closeRtc()
