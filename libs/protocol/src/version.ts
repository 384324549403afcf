import { ProtocolError } from './errors.ts'
import { PROTOCOL_VERSION } from './limits.ts'

/** What a side can do, as it says in hello. */
export interface VersionOffer {
  versionMin: number
  versionMax: number
  /** Feature bits, unsigned 32 bits. Version 1 defines none. */
  features: number
}

/** What this library offers. */
export const OUR_VERSIONS: VersionOffer = { versionMin: 1, versionMax: PROTOCOL_VERSION, features: 0 }

/**
 * The highest version both sides speak and the features both have; the same on both sides without another
 * message. Throws VERSION_MISMATCH when the ranges do not meet.
 */
export function negotiateVersion(
  local: VersionOffer,
  remote: VersionOffer,
): { version: number; features: number } {
  const version = Math.min(local.versionMax, remote.versionMax)
  if (version < Math.max(local.versionMin, remote.versionMin)) {
    throw ProtocolError.versionMismatch(rangeText(local), rangeText(remote))
  }
  return { version, features: (local.features & remote.features) >>> 0 }
}

function rangeText({ versionMin, versionMax }: VersionOffer): string {
  return versionMin === versionMax ? `version ${versionMin}` : `versions ${versionMin} to ${versionMax}`
}
