// Sends a visitor's files: announced some at a time, then sent directly to the store. Only files given in this browser
// are known here.
import { Problem } from '../../api/client'
import { askedWith, baseOf, giveFiles, MOST_AT_ONCE } from '../../api/collect'
import type { CollectAnswer } from '../../api/schema'
import type { Visit } from '../../api/shares'
import { type Chosen, type Refusal, refusal } from '../../upload/checks'
import { Transport } from '../../upload/transport'

export type GiftState = 'waiting' | 'sending' | 'sent' | 'failed' | 'refused'

export interface GivenItem {
  path: string
  size: number
  sent: number
  state: GiftState
  fileId?: string
  why?: Refusal
  error?: unknown
}

export interface Giving {
  items: readonly GivenItem[]
  gift: string
  /** The API refused all files that were still to be announced. */
  problem: Problem | null
}

/** Milliseconds between two redraws: finer progress shows nothing new. */
const DRAWN_EVERY = 100

export class Giver {
  private now: Giving = { items: [], gift: '', problem: null }
  private readonly watchers = new Set<() => void>()
  private readonly transport: Transport
  private readonly files: File[] = []
  private queue: Promise<void> = Promise.resolve()
  private told = 0

  constructor(
    private readonly visit: () => Visit,
    private readonly rules: CollectAnswer,
  ) {
    this.transport = new Transport({
      progress: (n, sent) => this.change(n, { sent }, true),
      sent: (n) => this.change(n, { state: 'sent', sent: this.now.items[n]!.size }),
      failed: (n, error) => this.change(n, { state: 'failed', error }),
    })
  }

  seen = (): Giving => this.now

  watch = (tell: () => void) => {
    this.watchers.add(tell)
    return () => void this.watchers.delete(tell)
  }

  give(chosen: readonly Chosen[], name: string): void {
    const from = this.now.items.length
    const known = new Set(this.now.items.map((one) => `${one.path}\n${one.size}`))
    const fresh = chosen.filter((one) => !known.has(`${one.path}\n${one.size}`))
    const items = fresh.map((one): GivenItem => {
      const why = refusal(one, this.rules)
      return {
        path: one.path,
        size: one.size,
        sent: 0,
        state: why ? 'refused' : 'waiting',
        ...(why ? { why } : {}),
      }
    })
    this.files.push(...fresh.map((one) => one.file))
    this.set({ items: [...this.now.items, ...items], problem: null })
    const numbers = items.flatMap((one, n) => (one.state === 'waiting' ? [from + n] : []))
    this.enqueue(numbers, name)
  }

  /** Retries the files that were not announced or not sent. */
  again(name: string): void {
    const numbers = this.now.items.flatMap((one, n) =>
      one.state === 'failed' || (one.state === 'waiting' && !one.fileId) ? [n] : [],
    )
    this.set({ problem: null })
    for (const n of numbers.filter((one) => this.now.items[one]!.fileId)) this.send(n, null, null, true)
    this.enqueue(
      numbers.filter((one) => !this.now.items[one]!.fileId),
      name,
    )
  }

  private enqueue(numbers: readonly number[], name: string): void {
    for (let start = 0; start < numbers.length; start += MOST_AT_ONCE) {
      const some = numbers.slice(start, start + MOST_AT_ONCE)
      const key = crypto.randomUUID()
      this.queue = this.queue.then(() => this.announce(some, name, key))
    }
  }

  private async announce(numbers: readonly number[], name: string, key: string): Promise<void> {
    if (this.now.problem) return
    const files = numbers.map((n) => ({
      filename: this.now.items[n]!.path,
      size: this.now.items[n]!.size,
      modified_at: new Date(this.files[n]!.lastModified).toISOString(),
    }))
    try {
      const body = { files, ...(name.trim() ? { giver: name.trim() } : {}) }
      const answer = await giveFiles(this.visit(), this.now.gift, body, key)
      this.set({ gift: answer.gift })
      for (const target of answer.uploads) {
        const n = numbers[target.position]!
        this.change(n, { fileId: target.file_id, state: 'sending' })
        this.send(n, target, target.multipart ?? null, false)
      }
    } catch (error) {
      this.set({ problem: error instanceof Problem ? error : new Problem('unexpected', 0, String(error)) })
    }
  }

  private send(
    n: number,
    target: Parameters<Transport['send']>[0]['target'],
    multipart: Parameters<Transport['send']>[0]['multipart'],
    begun: boolean,
  ): void {
    const visit = this.visit()
    if (multipart) this.parts.set(n, multipart)
    this.change(n, { state: 'sending' })
    this.transport.send({
      index: n,
      jobId: visit.token,
      fileId: this.now.items[n]!.fileId!,
      path: this.now.items[n]!.path,
      file: this.files[n]!,
      target,
      multipart: this.parts.get(n) ?? null,
      begun,
      place: { base: baseOf(visit), asked: askedWith(visit, this.now.gift) },
    })
  }

  private readonly parts = new Map<number, NonNullable<Parameters<Transport['send']>[0]['multipart']>>()

  private change(n: number, changes: Partial<GivenItem>, soon = false): void {
    this.now = {
      ...this.now,
      items: this.now.items.map((one, at) => (at === n ? { ...one, ...changes } : one)),
    }
    if (soon && performance.now() - this.told < DRAWN_EVERY) return
    this.tell()
  }

  private set(changes: Partial<Giving>): void {
    this.now = { ...this.now, ...changes }
    this.tell()
  }

  private tell(): void {
    this.told = performance.now()
    for (const one of this.watchers) one()
  }
}
