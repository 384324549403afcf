const KEY = 'pearcast-secret'

/**
 * The secret of this tab: kept over a reload, or changed for the token in the URL, which is taken out of the address bar.
 *
 * @returns undefined when the engine does not know this tab
 */
export async function openSession(): Promise<string | undefined> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null) return sessionStorage.getItem(KEY) ?? undefined
  history.replaceState(null, '', location.pathname)
  const answer = await fetch('/session', { method: 'POST', body: token }).catch(() => undefined)
  if (answer?.ok !== true) return sessionStorage.getItem(KEY) ?? undefined
  const secret = await answer.text()
  sessionStorage.setItem(KEY, secret)
  return secret
}
