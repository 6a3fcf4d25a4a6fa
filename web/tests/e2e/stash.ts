// A Stash server of the test's own, over HTTP.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const root = new URL('../../..', import.meta.url).pathname
const python = process.env.MILLRACE_PYTHON ?? join(root, '.venv/bin/python')

export const KEY = 'secret-key'

export interface Stash {
  address: string
  /** What a person does at the server in the meantime. */
  touch(scene_id: string, said: object): Promise<void>
  stop(): void
}

export async function stash(scenes: number): Promise<Stash> {
  const server: ChildProcess = spawn(python, [join(root, 'web/tests/e2e/stash.py'), String(scenes)], {
    cwd: root,
    env: { ...process.env, PYTHONPATH: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()))
    server.once('exit', (code) => reject(new Error(`The Stash server ended with ${code}.`)))
  })
  return {
    address: `http://127.0.0.1:${port}/graphql`,
    async touch(scene_id, said) {
      const answer = await fetch(`http://127.0.0.1:${port}/touch`, {
        method: 'POST',
        body: JSON.stringify({ scene_id, ...said }),
      })
      if (!answer.ok) throw new Error(`The Stash server answered ${answer.status}.`)
    },
    stop: () => server.kill(),
  }
}
