// The tests' own Stash server, over HTTP.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const root = new URL('../../..', import.meta.url).pathname
const python = process.env.MILLRACE_PYTHON ?? join(root, '.venv/bin/python')

export const KEY = 'secret-key'

export interface Stash {
  address: string
  /** A change by a person at the server in the meantime. */
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

/** A server of one language model, which chooses this tag for every scene, and a performer that it wasn't given. */
export async function model(tag: string): Promise<{ address: string; stop(): void }> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString()
    })
    request.on('end', () => {
      response.setHeader('Content-Type', 'application/json')
      if (request.url?.endsWith('/models')) return response.end(JSON.stringify({ data: [{ id: 'small-1' }] }))
      const key = new RegExp(`^(t\\d+): ${tag}$`, 'm').exec(JSON.parse(body).messages[0].content)?.[1]
      const content = JSON.stringify({
        studio: null,
        performers: [{ key: 'p99', confidence: 0.9 }],
        tags: key ? [{ key, confidence: 0.8 }] : [],
        date: null,
      })
      return response.end(
        JSON.stringify({
          choices: [{ message: { content, refusal: null }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 900, completion_tokens: 40 },
        }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop: () => server.close(),
  }
}
