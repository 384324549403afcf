import { useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { openOutput } from '../audio/output.ts'
import { command, openedLink, state } from '../engine/client.ts'
import { FirstUseNotice } from '../parts/first-use-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { RecordingNote } from '../parts/record-button.tsx'
import { t, troubleText } from '../strings.ts'
import { NowPlaying } from './now-playing.tsx'
import { PassingOn } from './passing-on.tsx'
import { StationLists } from './station-lists.tsx'

export function ListenPage(): VNode {
  const text = useSignal('')
  const problem = useSignal('')
  const isRobust = useSignal(false)
  const listening = state.value?.listening
  const trouble = state.value?.trouble

  const play = async (link: string): Promise<void> => {
    problem.value = ''
    void openOutput()
    const reply = await command({ name: 'listen', link, buffer: isRobust.value ? 'robust' : 'low' })
    if (reply.ok) text.value = ''
    else problem.value = troubleText(reply)
  }
  // What a link elsewhere opened is played at once only by who knows what that shows of him.
  useSignalEffect(() => {
    const link = openedLink.value
    if (link === undefined) return
    openedLink.value = undefined
    text.value = link
    if (state.value?.relay.isAsked === true) void play(link)
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    if (text.value.trim() !== '') void play(text.value.trim())
  }
  const said = problem.value !== '' ? problem.value : trouble?.during === 'listen' ? troubleText(trouble) : ''

  return (
    <main class="page" id="main">
      <h1 class="visually-hidden">{t.listen.title}</h1>
      <FirstUseNotice />
      {listening ? <NowPlaying listening={listening} /> : <RecordingNote what="listening" />}
      <form class="card open-link" onSubmit={submit}>
        <label for="link">{t.listen.linkLabel}</label>
        <div class="row">
          <input
            id="link"
            type="text"
            inputMode="url"
            spellcheck={false}
            autocomplete="off"
            placeholder={t.listen.linkPlaceholder}
            value={text}
            aria-describedby={said === '' ? undefined : 'link-problem'}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
          <button type="submit" class="primary">
            <Icon name="play" />
            {t.listen.play}
          </button>
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={isRobust}
            onChange={(event) => (isRobust.value = event.currentTarget.checked)}
          />
          {t.listen.robust}
        </label>
        {said !== '' && (
          <p id="link-problem" class="problem" role="alert">
            {said}
          </p>
        )}
      </form>
      <StationLists play={(link) => void play(link)} />
      <PassingOn />
    </main>
  )
}
