import { Favourites } from '@pearcast/station'
import { EXIT } from '../exit-codes.ts'
import { openStore } from '../identity-store.ts'
import type { Session } from '../session.ts'
import { padEnd, widthOf } from '../terminal/text.ts'

export async function list({ output }: Session): Promise<number> {
  const favourites = await (await openFavourites()).list()
  const width = Math.max(0, ...favourites.map(({ name }) => widthOf(name)))
  for (const { name, link } of favourites) {
    output.event({ event: 'favourite', name, link })
    output.result(`${padEnd(name, width)}  ${link}`)
  }
  if (favourites.length === 0)
    output.line('info', 'No station is kept yet; "pearcast listen LINK --save NAME" keeps one.')
  return EXIT.ok
}

export async function remove(name: string, { output }: Session): Promise<number> {
  const favourites = await openFavourites()
  const link = await favourites.link(name)
  await favourites.remove(name)
  output.event({ event: 'favourite-removed', name, link })
  output.line('info', `"${name}" is forgotten. Its link was:`)
  output.result(link)
  return EXIT.ok
}

/** What `listen` was given: a link, or the name of a favourite. @returns the link */
export async function linkOf(linkOrName: string): Promise<string> {
  return isName(linkOrName) ? (await openFavourites()).link(linkOrName) : linkOrName
}

export async function openFavourites(): Promise<Favourites> {
  return new Favourites((await openStore()).folder)
}

/** A link has a colon, a name has none; what is neither is for the link's parser to complain about. */
function isName(text: string): boolean {
  return /^[\w-][\w.-]{0,63}$/.test(text)
}
