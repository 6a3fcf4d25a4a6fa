// Writes src/api/schema.ts from the API's own OpenAPI document, so that no shape is copied by hand. With --check: fails
// where the existing file differs from what would be written.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { compile } from 'json-schema-to-typescript'

const here = new URL('.', import.meta.url)
const python = process.env.MILLRACE_PYTHON ?? new URL('../../.venv/bin/python', here).pathname
const target = new URL('../src/api/schema.ts', here)

const description = JSON.parse(
  execFileSync(python, [new URL('schema.py', here).pathname], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }),
)
// The compiler knows JSON Schema, where definitions have another place; without titles it keeps their names.
const moved = (node) => {
  if (Array.isArray(node)) return node.map(moved)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'title' && typeof value === 'string'))
      .map(([key, value]) => [
        key,
        key === '$ref' ? value.replace('#/components/schemas/', '#/$defs/') : moved(value),
      ]),
  )
}
const $defs = Object.fromEntries(
  Object.entries(description.components.schemas).map(([name, schema]) => [
    name,
    { ...moved(schema), title: name },
  ]),
)
const text = await compile(
  { $defs, title: 'Api', type: 'object', additionalProperties: false, properties: {} },
  'Api',
  {
    additionalProperties: false,
    unreachableDefinitions: true,
    // Tuples for "1 to 500 files" would make every list a puzzle; the API checks lengths.
    ignoreMinAndMaxItems: true,
    bannerComment: '// Written by `npm run types` from the OpenAPI document of the API. Do not edit.',
    format: true,
    style: { singleQuote: true, semi: false, printWidth: 110 },
  },
)
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/api/schema.ts is not what the API has by now: run `npm run types`.')
    process.exit(1)
  }
} else {
  writeFileSync(target, text)
}
