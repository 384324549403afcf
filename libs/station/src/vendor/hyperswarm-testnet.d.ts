/** A DHT of n nodes on 127.0.0.1, made by Hyperswarm's own authors; only what the tests use. */
declare module '@hyperswarm/testnet' {
  interface Testnet {
    readonly bootstrap: { host: string; port: number }[]
    destroy(): Promise<void>
  }
  export default function createTestnet(nodes: number): Promise<Testnet>
}
