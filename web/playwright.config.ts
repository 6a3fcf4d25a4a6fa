import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

// A browser of the system's own: nothing is downloaded.
const executablePath =
  process.env.MILLRACE_CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  )

const port = Number(process.env.MILLRACE_E2E_PORT ?? 8765)
const python = process.env.MILLRACE_PYTHON ?? '.venv/bin/python'
const data = process.env.MILLRACE_E2E_DATA ?? join(tmpdir(), `millrace-e2e-${process.pid}`)
// Playwright's workers read this file as well, and must come to the same folder.
process.env.MILLRACE_E2E_DATA = data
process.env.MILLRACE_E2E_PORT = String(port)
// Where the tests reach it: over a line that they can cut, at an origin that the store must know.
const line = Number(process.env.MILLRACE_E2E_LINE ?? port + 1)
process.env.MILLRACE_E2E_LINE = String(line)

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: process.env.MILLRACE_SHOTS
    ? '**/shots.ts'
    : process.env.MILLRACE_MEASURES
      ? '**/measures.ts'
      : '**/*.spec.ts',
  workers: 1,
  // Where a test runs at several widths or in two colours, CI takes one of them; without CI all run.
  ...(process.env.CI && {
    grepInvert: /on a phone of 390 pixels|at (1024|1440|1600) pixels|^(?!.*on a desk).*\bdark\b/,
  }),
  // CI may run on a machine that has other things to do.
  timeout: process.env.CI ? 300_000 : 120_000,
  expect: { timeout: process.env.CI ? 30_000 : 15_000 },
  forbidOnly: Boolean(process.env.CI),
  // Once more on a busy machine; what passed at the second time is listed as flaky, to be looked into.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  globalSetup: './tests/e2e/setup.ts',
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    // A test's own answers would not be heard behind one; what it does itself is tried in offline.spec.ts.
    serviceWorkers: 'block',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Surfaces in three dimensions, drawn without a graphics card.
        '--enable-unsafe-swiftshader',
      ],
    },
  },
  webServer: {
    command: `exec ${python} -m infra.local serve --port ${port} --data-dir ${join(data, 'stack')}`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/api/health`,
    timeout: 60_000,
    // Where the tests' own receiver of webhooks and their Stash server listen, which no installation would call unasked.
    env: {
      ...(process.env as Record<string, string>),
      MILLRACE_WEBHOOK_NETWORKS: '127.0.0.1/32',
      MILLRACE_CONNECTION_NETWORKS: '127.0.0.1/32',
      MILLRACE_PAGE_ORIGINS: `http://127.0.0.1:${line}`,
    },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
  },
})
