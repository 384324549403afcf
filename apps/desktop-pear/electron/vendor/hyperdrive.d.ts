/** What a test needs of Holepunch's packages, which have no types, to publish an update. */
declare module 'corestore' {
  export default class Corestore {
    constructor(folder: string)
    replicate(connection: object): void
    close(): Promise<void>
  }
}
declare module 'hyperdrive' {
  import type Corestore from 'corestore'
  export default class Hyperdrive {
    constructor(store: Corestore)
    readonly id: string
    readonly discoveryKey: Uint8Array
    ready(): Promise<void>
    put(path: string, content: Uint8Array, options?: { executable: boolean }): Promise<void>
  }
}
