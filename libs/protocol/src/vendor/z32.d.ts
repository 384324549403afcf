declare module 'z32' {
  /** z-base-32 of the bytes, without padding. */
  export function encode(bytes: Uint8Array): string
  /** Throws a plain Error at a character outside the alphabet. */
  export function decode(text: string): Uint8Array
}
