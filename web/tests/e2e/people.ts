// A user who is signed in, and their requests to the API beside the page.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'

export const PASSWORD = 'a mill race runs downhill'
const root = new URL('../../..', import.meta.url).pathname
const python = process.env.MILLRACE_PYTHON ?? join(root, '.venv/bin/python')
const stack = join(process.env.MILLRACE_E2E_DATA!, 'stack')

export interface Person {
  name: string
  email: string
}

/** Signs a new user in, as the account page would. */
export async function signIn(page: Page, { admin = false } = {}): Promise<Person> {
  const name = `p${Date.now()}${Math.floor(Math.random() * 1000)}`
  const email = `${name}@example.org`
  const made = await page.request.post('/api/auth/register', {
    data: { email, username: name, password: PASSWORD },
  })
  expect(made.status()).toBe(201)
  if (admin)
    execFileSync(python, ['-m', 'infra.admin', email, '--data-dir', stack], { cwd: root, stdio: 'pipe' })
  const answer = await page.request.post('/api/auth/login', { data: { email, password: PASSWORD } })
  const { access_token, refresh_token } = await answer.json()
  await page.goto('/')
  // The page begins as a guest, which must not replace the user later.
  await page.waitForFunction(() => localStorage.getItem('millrace.token') !== null)
  await page.evaluate(
    ([access, refresh]) => {
      localStorage.setItem('millrace.token', access)
      localStorage.setItem('millrace.refresh', refresh)
    },
    [access_token, refresh_token],
  )
  await page.reload()
  return { name, email }
}

/** Sends a request to the API as the page's user. */
// biome-ignore lint/suspicious/noExplicitAny: tests examine answers of any kind
export async function ask(page: Page, method: string, path: string, data?: unknown): Promise<any> {
  const token = await page.evaluate(() => localStorage.getItem('millrace.token'))
  const answer = await page.request.fetch(`/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(data === undefined ? {} : { data }),
  })
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true)
  return answer.status() === 204 ? null : answer.json()
}

/** Puts files directly into the store, below a prefix, as a client of S3 would. */
export function put(prefix: string, files: readonly string[]): void {
  execFileSync(python, ['web/tests/e2e/put.py', stack, prefix, ...files], { cwd: root, stdio: 'pipe' })
}
