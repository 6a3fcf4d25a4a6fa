// Measures the load of a first visit: the entry and all its static imports, compressed. Fails above the budget.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET = 140 * 1000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist)))
const seen = new Set()
const visit = (key) => {
  if (seen.has(key)) return
  seen.add(key)
  for (const next of manifest[key].imports ?? []) visit(next)
}
for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key)

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10)
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
let total = 0
console.log('First load, JavaScript compressed with gzip:')
for (const key of seen) {
  const bytes = size(manifest[key].file)
  total += bytes
  console.log(`${kB(bytes)}  ${manifest[key].file}`)
}
const words = readdirSync(new URL('assets/', dist)).filter((name) => name.startsWith('first-'))
for (const name of words) {
  const bytes = size(`assets/${name}`)
  total += bytes
  console.log(`${kB(bytes)}  assets/${name}`)
}
const later = Object.values(manifest).filter((chunk) => chunk.file.endsWith('.js') && chunk.isDynamicEntry)
for (const chunk of later) console.log(`${kB(size(chunk.file))}  ${chunk.file}  (when opened)`)
console.log(`${kB(total)}  in all, of ${kB(BUDGET).trim()}`)
if (total > BUDGET) {
  console.error('The first load is larger than its budget.')
  process.exit(1)
}
