/** Where to go after signing in: a path of this console, never another site. */
export function safeNext(next: string | null | undefined): string {
  if (!next || !/^\/(?![/\\])/.test(next)) return '/'
  const url = new URL(next, 'http://console.invalid')
  if (url.host !== 'console.invalid' || url.pathname.startsWith('/sign-in')) return '/'
  return url.pathname + url.search
}

export function signInPath(here: string): string {
  return `/sign-in?next=${encodeURIComponent(here)}`
}

/** The session ended: sign in again and come back to the same view. */
export function toSignIn(): void {
  if (location.pathname.startsWith('/sign-in')) return
  location.replace(signInPath(location.pathname + location.search))
}
