import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { Icon } from '../parts/icon.tsx'
import { t } from '../strings.ts'

interface Listed {
  key: string
  title: string
  link: string
  forget?: () => void
}

/** Kept stations and those heard lately: a click plays one. */
export function StationLists({ play }: { play: (link: string) => void }): VNode | null {
  const { heard = [], kept = [] } = state.value ?? {}
  if (state.value === undefined) return null
  const keptLinks = new Set(kept.map(({ link }) => link))
  const lately = heard.filter(({ link }) => !keptLinks.has(link))
  if (kept.length === 0 && lately.length === 0)
    return (
      <section class="empty">
        <h2>{t.listen.emptyTitle}</h2>
        <p>{t.listen.empty}</p>
      </section>
    )
  return (
    <>
      {kept.length > 0 && (
        <List
          title={t.listen.keptTitle}
          play={play}
          stations={kept.map(({ link, name, title }) => ({
            key: name,
            title,
            link,
            forget: () => void command({ name: 'forget-station', keptName: name }),
          }))}
        />
      )}
      {lately.length > 0 && (
        <List
          title={t.listen.heardTitle}
          play={play}
          stations={lately.map(({ link, title }) => ({ key: link, title, link }))}
          forgetAll={() => void command({ name: 'forget-history' })}
        />
      )}
    </>
  )
}

interface ListProps {
  title: string
  stations: readonly Listed[]
  play: (link: string) => void
  forgetAll?: () => void
}

function List({ forgetAll, play, stations, title }: ListProps): VNode {
  return (
    <section class="stations">
      <div class="row">
        <h2>{title}</h2>
        {forgetAll && (
          <button type="button" class="quiet" onClick={forgetAll}>
            {t.listen.forgetAll}
          </button>
        )}
      </div>
      <ul>
        {stations.map(({ forget, key, link, title: name }) => (
          <li key={key}>
            <button type="button" class="station" onClick={() => play(link)}>
              <Icon name="play" />
              <span class="visually-hidden">{t.listen.play} </span>
              <span class="station-title">{name}</span>
              <span class="station-link">{link.slice(0, 24)}…</span>
            </button>
            {forget && (
              <button
                type="button"
                class="quiet icon-only"
                aria-label={t.listen.forget(name)}
                onClick={forget}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
