import { formatLink, type StationLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'

/** A station to carry, with its link as everybody writes it. */
export interface CarriedLink {
  readonly link: StationLink
  readonly text: string
}

export function carriedLink(link: StationLink): CarriedLink {
  return { link, text: formatLink(sodium, link) }
}
