import { registerHooks } from 'node:module'

/**
 * Takes a piece out of a file of the program before it is loaded, where no prototype can be changed instead. Throws when
 * the file is not as it was: a control that takes nothing out would prove nothing.
 */
export function rewrite(file: string, piece: string, instead: string): void {
  const target = new URL(`../../../../../${file}`, import.meta.url).href
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (url !== target) return loaded
      const source =
        typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
      if (!source.includes(piece)) throw new Error(`${file} does not say "${piece}" any more.`)
      return { ...loaded, source: source.replace(piece, instead) }
    },
  })
}
