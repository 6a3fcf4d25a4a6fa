// Splits English in two: the words of the first screen come with it, the others with the pages that use them. The split
// follows from the imports: the first screen is all that main.tsx reaches without opening a page.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

const SRC = new URL('../src', import.meta.url).pathname
const IMPORT = /\b(?:import|export)\s(?!type\b)[^'";]*?from\s*'(\.[^']+)'|\bimport\s*\(?\s*'(\.[^']+)'/g
const GLOB = /import\.meta\.glob(?:<[^(]*>)?\(\s*'\.\/\*\/([^']+)',\s*\{[^}]*eager: true/g
const ID = /^virtual:words\/(first|later)$/
const OPENED = /\/(pages|pipelines|offline|upload)\//

const fileOf = (path: string): string | undefined =>
  [path, `${path}.ts`, `${path}.tsx`, join(path, 'index.ts'), join(path, 'index.tsx')].find(
    (one) => existsSync(one) && statSync(one).isFile(),
  )

/** The sources of the first screen, by path. lazy: also those of the shell around every page, which loads a little
 * later. */
export function firstScreen({ lazy }: { lazy: boolean }): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (path: string | undefined) => {
    if (!path || found.has(path) || !/\.tsx?$/.test(path)) return
    const source = readFileSync(path, 'utf8')
    found.set(path, source)
    for (const [, direct, dynamic] of source.matchAll(IMPORT)) {
      const next = fileOf(resolve(dirname(path), (direct ?? dynamic)!))
      if (direct || (lazy && next && !OPENED.test(next.slice(SRC.length)))) visit(next)
    }
    for (const [, pattern] of source.matchAll(GLOB))
      for (const folder of readdirSync(dirname(path))) visit(fileOf(join(dirname(path), folder, pattern!)))
  }
  visit(join(SRC, 'main.tsx'))
  return found
}

export function parted(): { first: Record<string, string>; later: Record<string, string> } {
  const source = [...firstScreen({ lazy: true }).values()].join('\n')
  const starts = [...source.matchAll(/\bt\(\s*`([\w.-]+?)\$\{/g)].map((match) => match[1]!)
  const words: Record<string, string> = JSON.parse(readFileSync(join(SRC, 'messages/en.json'), 'utf8'))
  const first: Record<string, string> = {}
  const later: Record<string, string> = {}
  for (const [key, word] of Object.entries(words)) {
    const now = source.includes(`'${key}'`) || starts.some((start) => key.startsWith(start))
    ;(now ? first : later)[key] = word
  }
  return { first, later }
}

export const words = (): Plugin => ({
  name: 'words',
  enforce: 'pre',
  resolveId: (id) => (ID.test(id) ? `\0${id}` : undefined),
  load(id) {
    const part = ID.exec(id.slice(1))?.[1] as keyof ReturnType<typeof parted> | undefined
    if (!part) return
    this.addWatchFile(join(SRC, 'messages/en.json'))
    return `export default ${JSON.stringify(parted()[part])}`
  },
})
