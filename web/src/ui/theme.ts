export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEPT = 'millrace.theme'

export function keptTheme(): Theme {
  const kept = localStorage.getItem(KEPT) as Theme | null
  return kept && THEMES.includes(kept) ? kept : 'system'
}

export function applyTheme(theme: Theme = keptTheme()): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function keepTheme(theme: Theme): void {
  localStorage.setItem(KEPT, theme)
  applyTheme(theme)
}
