import type { Arrived } from '../figures/arrivals.ts'

/** A sending process and all who receive from it, over one kind of path. */
export interface Carrier {
  /** The process that is measured. */
  readonly pid: number
  /** Resolves when so many receive. */
  join(count: number): Promise<void>
  /** Sends to nobody until the next `join`. */
  rest?(): Promise<void>
  /** What the server passes on waits, or comes again: a server that is stopped would have all of it to catch up with. */
  hold?(isHeld: boolean): Promise<void>
  /** Counting starts anew. */
  begin(): Promise<void>
  end(): Promise<Arrived>
  close(): Promise<void>
}

export interface CarrierKind {
  readonly name: string
  /** More than this the path, or the machine of the receivers, does not take. */
  readonly most: number
  /** Programs that have to be installed. */
  readonly needs: readonly string[]
  open(most: number): Promise<Carrier>
}
