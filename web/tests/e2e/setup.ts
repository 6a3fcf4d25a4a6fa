import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Makes the files that the tests send. */
export default function setup(): void {
  const root = new URL('../../..', import.meta.url).pathname
  const python = process.env.MILLRACE_PYTHON ?? join(root, '.venv/bin/python')
  const script = new URL('samples.py', import.meta.url).pathname
  execFileSync(python, [script, join(process.env.MILLRACE_E2E_DATA!, 'samples')], {
    cwd: root,
    stdio: 'inherit',
  })
}
