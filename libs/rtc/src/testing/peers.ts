import { afterAll, afterEach } from 'vitest'
import { closeRtc } from '../stacks.ts'
import {
  createPair,
  eventually,
  observe,
  type Observed,
  type Pair,
  type Stacks,
  type TestOptions,
} from './pair.ts'
import { openWire, type Wire } from './wire.ts'

/** What a test of the port makes of two stacks; it is ended with the test. */
export interface Peers {
  pair(options?: Partial<TestOptions>, wire?: Wire): Pair
  wire(): Promise<Wire>
  sender(options?: Partial<TestOptions>): Observed
  receiver(options?: Partial<TestOptions>): Observed
  offerOfAnother(): Promise<string>
  /** A pair whose receiver has named its candidates, while the sender has neither seen them nor the answer. */
  negotiateOneWay(): Promise<{ sender: Observed; receiver: Observed; answer: string }>
}

/** To be called inside a `describe`. */
export function peersOf([senderStack, receiverStack]: Stacks): Peers {
  const ending: { close(): void }[] = []
  afterEach(() => {
    for (const made of ending.splice(0)) made.close()
  })
  afterAll(() => closeRtc())

  const ended = <T extends { close(): void }>(made: T): T => {
    ending.push(made)
    return made
  }
  const observed = (options: TestOptions): Observed => {
    const made = observe(options)
    ending.push(made.transport)
    return made
  }
  const peers: Peers = {
    pair: (options, wire) => ended(createPair(options, wire, [senderStack, receiverStack])),
    wire: async () => ended(await openWire()),
    sender: (options = {}) => observed({ ...options, stack: senderStack, role: 'sender', ssrc: 1 }),
    receiver: (options = {}) => observed({ ...options, stack: receiverStack, role: 'receiver', ssrc: 2 }),
    offerOfAnother: () => peers.sender().transport.createOffer(),
    async negotiateOneWay() {
      const [sender, receiver] = [peers.sender(), peers.receiver()]
      const answer = await receiver.transport.acceptOffer(await sender.transport.createOffer())
      await eventually(() => receiver.candidates.length > 0, 5000)
      return { sender, receiver, answer }
    },
  }
  return peers
}

export function hex(packet: Uint8Array): string {
  return Buffer.from(packet).toString('hex')
}
