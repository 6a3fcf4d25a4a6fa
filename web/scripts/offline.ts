// Emits sw.js: src/offline/worker.js with the files that the page needs without a connection, and their digest.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

const SOURCE = new URL('../src/offline/worker.js', import.meta.url)
const PUBLIC = ['/icon.svg', '/manifest.webmanifest']

/** The entry, all its static imports, and their styles and fonts. */
function shell(bundle: Rolldown.OutputBundle): string[] {
  const found = new Set<string>()
  const visit = (name: string) => {
    const chunk = bundle[name]
    if (!chunk || found.has(name)) return
    found.add(name)
    if (chunk.type !== 'chunk') return
    for (const more of [
      ...chunk.imports,
      ...(chunk.viteMetadata?.importedCss ?? []),
      ...(chunk.viteMetadata?.importedAssets ?? []),
    ])
      visit(more)
  }
  for (const chunk of Object.values(bundle))
    if (chunk.type === 'chunk' && chunk.isEntry) visit(chunk.fileName)
  // The first words: scripts/first.ts.
  for (const name of Object.keys(bundle)) if (name.startsWith('assets/first-')) found.add(name)
  return [...found].sort()
}

export const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const page = bundle['index.html']
      if (page?.type !== 'asset') return this.error('There is no index.html to keep.')
      const source = readFileSync(SOURCE, 'utf8')
      const names = Object.keys(bundle).filter((name) => name !== 'index.html' && !name.startsWith('.vite/'))
      const version = createHash('sha256')
        .update([source, String(page.source), ...names.sort()].join('\n'))
        .digest('hex')
        .slice(0, 16)
      const files = ['/', ...PUBLIC, ...shell(bundle).map((name) => `/${name}`)]
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: `const VERSION = '${version}'\nconst FILES = ${JSON.stringify(files)}\n${source}`,
      })
    },
  },
})
