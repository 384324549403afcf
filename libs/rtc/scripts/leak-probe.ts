/** Run by `src/no-leak.test.ts` inside `namespace.sh`: prints how many packets each step sent through eth0. */
import { readFileSync } from 'node:fs'
import { native } from '../src/ndc/native.ts'
import { closeRtc, type RtcStack } from '../src/stacks.ts'
import { createPair, eventually, observe, pause, rtpPacket } from '../src/testing/pair.ts'
import { OFFER } from '../src/testing/sdp.ts'
import { werift } from '../src/werift/module.ts'

const SETTLE_MS = 400

function packetsSent(): number {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith('eth0:'))
  return Number(line?.trim().split(/[\s:]+/)[10] ?? NaN)
}

async function count(step: () => Promise<void> | void): Promise<number> {
  const before = packetsSent()
  await step()
  await pause(SETTLE_MS)
  return packetsSent() - before
}

/** A join over the machine's own addresses; the peer also names hosts that only a DNS server knows. */
async function join(stack: RtcStack, addresses: string[] = []): Promise<void> {
  const pair = createPair({ bindAddress: 'all' }, undefined, [stack, stack])
  const { sender, receiver } = pair
  const offer = await sender.transport.createOffer()
  receiver.transport.addCandidate('candidate:9 1 udp 1 early.example.org 4000 typ host', '0')
  const answer = await receiver.transport.acceptOffer(offer)
  await sender.transport.acceptAnswer(answer)
  for (const { transport } of [sender, receiver]) {
    transport.addCandidate('candidate:7 1 udp 1 late.example.org 4000 typ host', '0')
    transport.addCandidate('candidate:8 1 udp 1 5d1c7a5e-5b7b-4a53.local 4000 typ host', '0')
    transport.addCandidate('candidate:8 1 udp 1 224.0.0.251 5353 typ host', '0')
  }
  await Promise.all([sender.until('connected'), receiver.until('connected')])
  for (let i = 0; i < 20; i++) sender.transport.sendRtp(rtpPacket(i))
  if (!(await eventually(() => receiver.packets.length === 20, 2000))) throw new Error('RTP was lost')
  await pause(SETTLE_MS)
  addresses.push(...sender.candidates.map((candidate) => candidate.split(' ')[4] ?? ''))
  pair.close()
}

/** A sender whose answer never comes. */
async function offerOnly(stack: RtcStack): Promise<void> {
  const { transport } = observe({ stack, role: 'sender', ssrc: 1, bindAddress: 'all' })
  await transport.createOffer()
  await pause(SETTLE_MS)
  transport.close()
}

/** What the native stack does when it is told to ask a server: proof that this probe would see it. */
async function askServer(url: string): Promise<void> {
  const { PeerConnection } = native.get()
  const connection = new PeerConnection('control', { iceServers: [url] })
  connection.createDataChannel('x').onClosed(() => undefined)
  await pause(SETTLE_MS)
  connection.close()
}

/** What it does with a host name that is passed on to it unread. */
async function lookUpCandidate(): Promise<void> {
  const { PeerConnection } = native.get()
  const connection = new PeerConnection('control', { iceServers: [] })
  connection.onTrack((track) => track.onClosed(() => undefined))
  connection.setRemoteDescription(OFFER, 'offer')
  connection.addRemoteCandidate('candidate:9 1 udp 1 late.example.org 4000 typ host', '0')
  await pause(SETTLE_MS)
  connection.close()
}

/** werift with its own idea of a server, which `openIce` takes away. */
async function gatherAsItIs(): Promise<void> {
  const { RTCIceGatherer } = werift.get()
  const gatherer = new RTCIceGatherer({ useTcp: false, stunGatherTimeout: 1 })
  await gatherer.gather()
  await gatherer.connection.close()
}

const addresses: string[] = []
const weriftAddresses: string[] = []
const report = {
  idle: await count(() => pause(SETTLE_MS)),
  join: await count(() => join('ndc', addresses)),
  joinWerift: await count(() => join('werift', weriftAddresses)),
  offerOnly: await count(() => offerOnly('ndc')),
  offerOnlyWerift: await count(() => offerOnly('werift')),
  weriftAsItIs: await count(gatherAsItIs),
  askedByAddress: await count(() => askServer('stun:203.0.113.1:3478')),
  askedByName: await count(() => askServer('stun:stun.example.org:3478')),
  nameInCandidate: await count(lookUpCandidate),
  addresses,
  weriftAddresses,
}
console.log(JSON.stringify(report))
closeRtc()
