import { NetsimError } from '../errors.ts'
import type { Random } from '../random.ts'
import { LossModel, type LossConfig } from './loss.ts'

/** One direction of a line. Everything but the delay is off unless given. */
export interface LinkConfig {
  /** One way, without queueing. */
  delayMs: number
  /** Each packet's delay is uniform in `delayMs` ± `jitterMs`, never below 0. Packets keep their order. */
  jitterMs?: number
  loss?: LossConfig
  /** The probability that a packet is held back by `reorderByMs`, so that later ones overtake it. */
  reorder?: number
  /** Default 30: longer than the distance of two 20 ms frames. */
  reorderByMs?: number
  /** The probability that a packet arrives twice. */
  duplicate?: number
  /** Kilobits (1000 bits) of IP packets a second. */
  rateKbps?: number
  /** How much may wait before a packet is dropped at the tail; only with `rateKbps`. Default 65 536. */
  queueBytes?: number
  /** The largest IP packet that passes; the fabric refuses or fragments larger ones. */
  mtu?: number
}

/** Why a packet never arrived. */
export type LinkDrop = 'loss' | 'queue-full'

/**
 * One direction of a line in virtual time: a queue of finite length before a transmitter of finite rate, then the
 * delay of the way, then the losses. It holds no packets; it says when each one arrives.
 */
export class Link {
  readonly #random: Random
  #config: LinkConfig
  #loss: LossModel
  #busyUntilMs = 0
  #lastArrivalMs = 0
  readonly #arrivals: number[] = []
  /** Why the last `send` returned nothing. */
  drop: LinkDrop | undefined

  constructor(config: LinkConfig, random: Random) {
    this.#random = random
    this.#config = validated(config)
    this.#loss = new LossModel(config.loss ?? 0, random)
  }

  get config(): LinkConfig {
    return this.#config
  }

  /** Change the line under the traffic: what is on its way arrives as it would have. */
  configure(config: LinkConfig): void {
    this.#config = validated(config)
    this.#loss = new LossModel(config.loss ?? 0, this.#random)
  }

  /** When a packet sent now arrives: no time if it is lost, two if duplicated. Valid until the next call. */
  send(packetBytes: number, nowMs: number): readonly number[] {
    const arrivals = this.#arrivals
    arrivals.length = 0
    this.drop = undefined
    const sentMs = this.#transmit(packetBytes, nowMs)
    if (sentMs === undefined) {
      this.drop = 'queue-full'
      return arrivals
    }
    if (this.#loss.isLost()) {
      this.drop = 'loss'
      return arrivals
    }
    const arrivalMs = this.#arrive(sentMs)
    arrivals.push(arrivalMs)
    if (this.#happens(this.#config.duplicate)) arrivals.push(arrivalMs)
    return arrivals
  }

  /** When the last bit has left the transmitter; undefined if the queue is full. */
  #transmit(packetBytes: number, nowMs: number): number | undefined {
    const { rateKbps, queueBytes = 65_536 } = this.#config
    if (rateKbps === undefined) return nowMs
    // Kilobits a second are bits a millisecond.
    const backlogMs = Math.max(0, this.#busyUntilMs - nowMs)
    if ((backlogMs * rateKbps) / 8 + packetBytes > queueBytes) return undefined
    this.#busyUntilMs = nowMs + backlogMs + (packetBytes * 8) / rateKbps
    return this.#busyUntilMs
  }

  #arrive(sentMs: number): number {
    const { delayMs, jitterMs, reorder, reorderByMs = 30 } = this.#config
    const jitter = jitterMs === undefined ? 0 : (2 * this.#random() - 1) * jitterMs
    const arrivalMs = sentMs + Math.max(0, delayMs + jitter)
    if (this.#happens(reorder)) return arrivalMs + reorderByMs
    // A queue does not let a packet overtake another one, however much its length varies.
    this.#lastArrivalMs = Math.max(arrivalMs, this.#lastArrivalMs)
    return this.#lastArrivalMs
  }

  #happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability
  }
}

function validated(config: LinkConfig): LinkConfig {
  const {
    delayMs,
    jitterMs = 0,
    reorder = 0,
    reorderByMs = 0,
    duplicate = 0,
    rateKbps,
    queueBytes,
    mtu,
  } = config
  if (!(delayMs >= 0 && jitterMs >= 0 && reorderByMs >= 0))
    throw NetsimError.linkInvalid('a time is negative')
  if (!(reorder >= 0 && reorder <= 1 && duplicate >= 0 && duplicate <= 1))
    throw NetsimError.linkInvalid('a probability is outside 0..1')
  if (rateKbps !== undefined && !(rateKbps > 0)) throw NetsimError.linkInvalid('its rate is not above 0')
  if (queueBytes !== undefined && !(queueBytes >= 1500))
    throw NetsimError.linkInvalid('its queue holds no packet of 1500 bytes')
  if (mtu !== undefined && !(mtu >= 576)) throw NetsimError.linkInvalid('its MTU is below the 576 of RFC 791')
  return config
}
