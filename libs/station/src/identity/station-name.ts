/** A name that is also a file name on every platform: Windows keeps some for devices, and drops a dot at the end. */
export function isStationName(name: string): boolean {
  return (
    /^[\w-][\w.-]{0,63}$/.test(name) &&
    !name.endsWith('.') &&
    !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)
  )
}
