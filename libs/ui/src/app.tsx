import { effect, signal } from '@preact/signals'
import type { VNode } from 'preact'
import { BroadcastPage } from './broadcast/broadcast-page.tsx'
import { isAsleep, openOutput, outputMs } from './audio/output.ts'
import { diagnosticsText } from './diagnostics.ts'
import { failure, heard, link, openedLink, restartedAtMs, state } from './engine/client.ts'
import { ListenPage } from './listen/listen-page.tsx'
import { CopyButton } from './parts/copy-button.tsx'
import { Pear } from './parts/icon.tsx'
import { Notice } from './parts/notice.tsx'
import { t } from './strings.ts'

type Tab = 'listen' | 'broadcast'
const tabs: readonly Tab[] = ['listen', 'broadcast']
const here = (): Tab => (location.hash === '#broadcast' ? 'broadcast' : 'listen')
const tab = signal<Tab>(here())
addEventListener('hashchange', () => (tab.value = here()))
effect(() => {
  if (openedLink.value !== undefined) location.hash = '#listen'
})

export function App(): VNode {
  return (
    <>
      <header>
        <p class="brand">
          <Pear />
          {t.name}
        </p>
        <nav aria-label={t.tabs.label}>
          {tabs.map((each) => (
            <a key={each} href={`#${each}`} aria-current={tab.value === each ? 'page' : undefined}>
              {t.tabs[each]}
              {each === 'broadcast' && state.value?.broadcast?.phase === 'on-air' && (
                <span class="badge">{t.onAirBadge}</span>
              )}
            </a>
          ))}
        </nav>
      </header>
      <CurrentPage />
      {(state.value !== undefined || hasEnded()) && (
        <footer>
          <CopyButton isQuiet label={t.diagnostics} text={diagnose} />
        </footer>
      )}
      <Asides />
    </>
  )
}

/** Nothing here can bring the engine back. */
function hasEnded(): boolean {
  return !['opening', 'open', 'connecting'].includes(link.value)
}

/** Without its engine a page cannot do anything: for a moment it waits, then it goes. */
function CurrentPage(): VNode {
  if (state.value === undefined || hasEnded())
    return (
      <main id="main" class="page">
        <EndNotice />
      </main>
    )
  return (
    <div class="held" inert={link.value === 'connecting'}>
      {tab.value === 'listen' ? <ListenPage /> : <BroadcastPage />}
    </div>
  )
}

/** What comes and goes while the page is there. It lies at the lower edge of the window: nothing moves to make room. */
function Asides(): VNode {
  const isUnheard = state.value?.listening && isAsleep.value
  return (
    <div class="asides">
      {link.value === 'connecting' && <Notice kind="warning">{t.link.connecting}</Notice>}
      {link.value === 'open' && <RestartNotice />}
      {link.value === 'open' && isUnheard && (
        <Notice kind="warning">
          <p>{t.listen.hearWhy}</p>
          <button type="button" class="primary" onClick={() => void openOutput()}>
            {t.listen.hear}
          </button>
        </Notice>
      )}
    </div>
  )
}

function diagnose(): string {
  const browser = navigator.userAgent
  return diagnosticsText({
    browser,
    link: link.value,
    state: state.value,
    heard: heard.value,
    outputMs: outputMs.value,
  })
}

/** What happened while nobody may have looked, until it is read. */
function RestartNotice(): VNode | null {
  if (restartedAtMs.value === undefined) return null
  const at = new Date(restartedAtMs.value).toLocaleTimeString()
  return (
    <Notice kind="warning">
      <p>{t.link.restarted(at)}</p>
      <button type="button" class="quiet" onClick={() => (restartedAtMs.value = undefined)}>
        {t.link.read}
      </button>
    </Notice>
  )
}

/** Why there is no page. */
function EndNotice(): VNode | null {
  switch (link.value) {
    case 'open':
    case 'opening':
    case 'connecting':
      return null
    case 'replaced':
      return (
        <Notice kind="warning">
          <p>{t.link.replaced}</p>
          <button type="button" onClick={() => location.reload()}>
            {t.link.useHere}
          </button>
        </Notice>
      )
    case 'failed':
      return <Notice kind="error">{t.link.failed(failure.value)}</Notice>
    case 'lost':
    case 'denied':
    case 'version':
      return <Notice kind="error">{t.link[link.value]}</Notice>
  }
}
