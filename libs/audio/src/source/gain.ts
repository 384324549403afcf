import type { AudioSource, SourceItem } from './source.ts'

/** The same source, louder or softer; what goes beyond full scale is clipped by the encoder. Packets stay as they are. */
export function withGain(source: AudioSource, gainDb: number): AudioSource {
  if (gainDb === 0) return source
  const factor = 10 ** (gainDb / 20)
  const amplify = (item: SourceItem | undefined): SourceItem | undefined => {
    if (item?.kind === 'pcm')
      for (let i = 0; i < item.pcm.length; i++) item.pcm[i] = (item.pcm[i] ?? 0) * factor
    return item
  }
  const { channels, durationS, live, title } = source
  return {
    channels,
    durationS,
    live,
    title,
    read: async () => amplify(await source.read()),
    close: () => source.close(),
  }
}
