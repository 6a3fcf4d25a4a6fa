import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the content policy lets nothing inline run or style, and nothing be evaluated', () => {
  const page = readFileSync(new URL('../../index.html', import.meta.url), 'utf8')
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toMatch(/unsafe|data:|\*/)
  expect(page).not.toMatch(/<style|style="|<script>|onload=/)
})
