import NoiseSecretStream, { type RawStream } from '@hyperswarm/secret-stream'

/** One Protomux batch of control messages; secret-stream itself would allocate up to 16 MiB on a stranger's word. */
const MAX_MESSAGE_BYTES = 256 * 1024

/**
 * The encrypted stream of every connection, with two changes to HyperDHT's default:
 *
 * - a message longer than 256 KiB ends the connection before its buffer is allocated;
 * - secret-stream's own datagrams are off. Their keys come from the handshake *hash*, which whoever relays the
 *   handshake knows, so datagrams are sealed by us, and its handler would try to open each of them in vain.
 */
export class BoundedSecretStream extends NoiseSecretStream {
  override start(rawStream: RawStream | null, options?: object): void {
    if (rawStream) {
      rawStream.setContentSize = (bytes) => {
        if (bytes > MAX_MESSAGE_BYTES) {
          this.destroy(new Error(`the peer announced a message of ${bytes} bytes`))
        }
      }
    }
    super.start(rawStream, options)
  }
}

/** For the `createSecretStream` options of HyperDHT. */
export function createBoundedStream(
  isInitiator: boolean,
  rawStream: RawStream | null,
  options: object,
): BoundedSecretStream {
  return new BoundedSecretStream(isInitiator, rawStream, { ...options, enableSend: false })
}
