import { effect, signal } from '@preact/signals'
import type { VNode } from 'preact'
import { BroadcastPage } from './broadcast/broadcast-page.tsx'
import { outputMs } from './audio/output.ts'
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
      <LinkNotice />
      <CurrentPage />
      <footer>
        <CopyButton isQuiet label={t.diagnostics} text={diagnose} />
      </footer>
    </>
  )
}

/** Without its engine a page cannot do anything: for a moment it waits, then it goes. */
function CurrentPage(): VNode {
  const isHeld = link.value === 'open' || link.value === 'connecting'
  if (state.value === undefined || !isHeld) return <main id="main" />
  return (
    <div class="held" inert={link.value === 'connecting'}>
      {tab.value === 'listen' ? <ListenPage /> : <BroadcastPage />}
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

function LinkNotice(): VNode | null {
  switch (link.value) {
    case 'open':
      return <RestartNotice />
    case 'opening':
      return null
    case 'connecting':
      return <Notice kind="warning">{t.link.connecting}</Notice>
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
      return <Notice kind="error">{t.link.failed + failure.value}</Notice>
    case 'lost':
    case 'denied':
    case 'version':
      return <Notice kind="error">{t.link[link.value]}</Notice>
  }
}
