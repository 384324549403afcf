import { describe, expect, test } from 'vitest'
import { RTC_LIMITS } from '../peer-transport.ts'
import { COMBINATIONS } from '../testing/pair.ts'
import { peersOf } from '../testing/peers.ts'

describe.each(COMBINATIONS)('%s to %s: what cannot work', (...stacks) => {
  const peers = peersOf(stacks)

  test('a second offer, or the call of the other role, is refused before the stack hears of it', async () => {
    const { sender, receiver } = peers.pair()
    const offer = await sender.transport.createOffer()
    await expect(sender.transport.createOffer()).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(sender.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'WRONG_ROLE' })
    await expect(receiver.transport.createOffer()).rejects.toMatchObject({ code: 'WRONG_ROLE' })
    const answer = await receiver.transport.acceptOffer(offer)
    await expect(receiver.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await sender.transport.acceptAnswer(answer)
    await expect(sender.transport.acceptAnswer(answer)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('an address of another machine is refused by name', async () => {
    expect(() => peers.sender({ bindAddress: 'eth0' })).toThrow(/"eth0".*no IP address/)
    const { transport } = peers.sender({ bindAddress: '203.0.113.9' })
    await expect(transport.createOffer()).rejects.toMatchObject({ code: 'BIND_ADDRESS' })
    const receiver = peers.receiver({ bindAddress: '203.0.113.9' })
    await expect(receiver.transport.acceptOffer(await peers.offerOfAnother())).rejects.toMatchObject({
      code: 'BIND_ADDRESS',
    })
    expect(receiver.transport.state).toBe('new')
  })

  test('an offer that takes audio instead of sending it is refused', async () => {
    const offer = (await peers.offerOfAnother()).replace('a=sendonly', 'a=recvonly')
    const receiver = peers.receiver()
    await expect(receiver.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'SDP_DIRECTION' })
    expect(receiver.transport.state).toBe('new')
  })

  test('more candidates than the bound are refused', async () => {
    const { transport } = peers.receiver()
    const add = (i: number): void =>
      transport.addCandidate(`candidate:1 1 udp 1 127.0.0.1 ${i} typ host`, '0')
    for (let i = 1; i <= RTC_LIMITS.maxCandidates; i++) add(i)
    expect(() => add(99)).toThrow(expect.objectContaining({ code: 'CANDIDATE_LIMIT' }))
  })
})
