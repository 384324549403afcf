declare module 'sodium-universal' {
  /** Only what is used here. A CommonJS module, so ESM sees one default export. */
  const sodium: import('../sodium.ts').Sodium & { randombytes_buf(output: Uint8Array): void }
  export default sodium
}
