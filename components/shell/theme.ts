export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export const themeCookie = 'parallax-theme'

export function readTheme(text: string | undefined): Theme {
  return themes.find((theme) => theme === text) ?? 'system'
}

/** A cookie, so that the server already draws the right theme and nothing flashes. */
export function setTheme(theme: Theme): void {
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
}
