// The first words of the page, in its reader's language, while its script is loading: the largest element in the window
// is then there at the first paint. It is a file of its own, since the page's policy allows no script in the document.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { LANGUAGES } from '../src/i18n/languages'

const wordsOf = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../src/messages/${language}.json`, import.meta.url), 'utf8'))

const titles = Object.fromEntries(
  Object.keys(LANGUAGES).map((language) => {
    const words = wordsOf(language)
    return [language, [words['hero.title.in'], words['hero.title.out']]]
  }),
)

/** Chooses the language as src/i18n does. */
const SCRIPT = `(() => {
  const titles = ${JSON.stringify(titles)}
  const first = document.querySelector('.first')
  if (!first || location.pathname !== '/') return
  let kept
  try { kept = localStorage.getItem('millrace.language') } catch {}
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => titles[tag])
  const language = titles[kept] ? kept : (known ?? 'en')
  const title = first.querySelector('.first-title')
  title.lang = language
  for (const words of titles[language]) {
    const span = document.createElement('span')
    span.textContent = words
    title.append(span, ' ')
  }
  first.dataset.drop = ''
})()
`

export const first = (): Plugin => {
  const digest = createHash('sha256').update(SCRIPT).digest('hex').slice(0, 8)
  const fileName = `assets/first-${digest}.js`
  return {
    name: 'first',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', fileName, source: SCRIPT })
    },
    // Requested before everything else, and run before the page's own script.
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'script',
          attrs: { src: `/${fileName}`, defer: true, fetchpriority: 'high' },
          injectTo: 'head-prepend',
        },
      ],
    },
  }
}
