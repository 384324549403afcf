import { signal, useSignal } from '@preact/signals'
import type { OwnStation } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { Icon } from '../parts/icon.tsx'
import { StationPicture } from '../parts/station-picture.tsx'
import { t, troubleText } from '../strings.ts'
import { pictures, removePicture, setPicture } from './pictures.ts'

const NEW = ' new'
const chosen = signal<string | undefined>(undefined)

/** The one on air, else the one that was chosen, else the first. */
export function chosenStation(): OwnStation | undefined {
  const { broadcast, stations = [] } = state.value ?? {}
  const name = broadcast?.station ?? chosen.value
  return stations.find((station) => station.name === name) ?? (chosen.value === NEW ? undefined : stations[0])
}

export function StationChoice({ isFixed }: { isFixed: boolean }): VNode {
  const stations = state.value?.stations ?? []
  const station = chosenStation()
  return (
    <section class="card" aria-labelledby="station-heading">
      <h2 id="station-heading">{t.broadcast.station}</h2>
      {stations.length > 0 && (
        <select
          aria-labelledby="station-heading"
          disabled={isFixed}
          value={station?.name ?? NEW}
          onChange={(event) => (chosen.value = event.currentTarget.value)}
        >
          {stations.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
          <option value={NEW}>{t.broadcast.newStation}</option>
        </select>
      )}
      {station === undefined ? (
        <CreateStation isFirst={stations.length === 0} />
      ) : (
        <Picture key={station.name} station={station} />
      )}
    </section>
  )
}

function Picture({ station: { link, name, title } }: { station: OwnStation }): VNode {
  const isBroken = useSignal(false)
  const picture = pictures.value[name]
  return (
    <div class="picture-row">
      <StationPicture link={link} title={title} picture={picture} />
      <div>
        <label class="button quiet">
          <Icon name="image" />
          {t.broadcast.choosePicture}
          <input
            class="visually-hidden"
            type="file"
            accept="image/*"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              currentTarget.value = ''
              if (file !== undefined) void setPicture(name, file).then((isRead) => (isBroken.value = !isRead))
            }}
          />
        </label>
        {picture !== undefined && (
          <button type="button" class="quiet" onClick={() => removePicture(name)}>
            {t.broadcast.removePicture}
          </button>
        )}
        <p class={isBroken.value ? 'problem' : 'hint'} role={isBroken.value ? 'alert' : undefined}>
          {isBroken.value ? t.broadcast.pictureBroken : t.broadcast.pictureStays}
        </p>
      </div>
    </div>
  )
}

function CreateStation({ isFirst }: { isFirst: boolean }): VNode {
  const title = useSignal('')
  const problem = useSignal('')
  const create = async (event: Event): Promise<void> => {
    event.preventDefault()
    const before = new Set(state.value?.stations.map(({ name }) => name))
    const reply = await command({ name: 'create-station', title: title.value })
    if (!reply.ok) {
      problem.value = troubleText(reply)
      return
    }
    chosen.value = state.value?.stations.find(({ name }) => !before.has(name))?.name
  }
  return (
    <form class="create" onSubmit={(event) => void create(event)}>
      {isFirst && <h3>{t.broadcast.emptyTitle}</h3>}
      <p class="hint">{t.broadcast.empty}</p>
      <label for="new-station">{t.broadcast.newStationLabel}</label>
      <div class="row">
        <input
          id="new-station"
          type="text"
          maxLength={100}
          autocomplete="off"
          value={title}
          onInput={(event) => (title.value = event.currentTarget.value)}
        />
        <button type="submit" class={isFirst ? 'primary' : ''}>
          {t.broadcast.create}
        </button>
      </div>
      {problem.value !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
