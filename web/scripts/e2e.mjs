// Runs the browser tests; gets a browser first where there is none and the system can install one.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const browser = () => process.env.MILLRACE_CHROMIUM ?? known.find((path) => existsSync(path))

if (!browser() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  console.log('Installing Debian’s chromium')
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  try {
    execFileSync('apt-get', ['update', '-qq'], quiet)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet)
  } catch (error) {
    console.error(`It could not be installed: ${error.message}`)
  }
}
if (!browser()) {
  const line = '!'.repeat(78)
  console.error(
    `${line}\nNO BROWSER: the browser tests did NOT run. Install chromium, or name one in MILLRACE_CHROMIUM.\n${line}`,
  )
  process.exit(process.env.CI ? 1 : 0)
}
// Ports of their own, so that two runs on one machine don't meet.
const free = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
const [port, line] = [await free(), await free()]
const data = join(tmpdir(), `millrace-e2e-${process.pid}`)
const { status } = spawnSync('npx', ['--no-install', 'playwright', 'test', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    MILLRACE_E2E_DATA: data,
    MILLRACE_E2E_PORT: process.env.MILLRACE_E2E_PORT ?? String(port),
    MILLRACE_E2E_LINE: process.env.MILLRACE_E2E_LINE ?? String(line),
  },
})
rmSync(data, { recursive: true, force: true })
process.exit(status ?? 1)
