// Decisions not yet sent to the API: sent in order, one at a time, while nothing waits for them.
import type { Task } from './review'

type Watcher = () => void

export class Outbox {
  private tasks: Task[] = []
  private sending: Task | null = null
  private watchers = new Set<Watcher>()
  private idle: (() => void)[] = []

  /** Called for a decision that the API refuses for good; those after it are discarded. */
  onRefused: (error: unknown) => void = () => undefined

  constructor(private readonly send: (task: Task) => Promise<unknown>) {}

  /** The number of decisions still to be sent. */
  readonly left = (): number => this.tasks.length + (this.sending ? 1 : 0)

  readonly watch = (tell: Watcher): (() => void) => {
    this.watchers.add(tell)
    return () => this.watchers.delete(tell)
  }

  add(tasks: readonly Task[]): void {
    for (const task of tasks) this.tasks = joined(this.tasks, task)
    if (!this.sending) void this.run()
    this.tell()
  }

  /** Resolves once all are sent. */
  done(): Promise<void> {
    return this.left() ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve()
  }

  private async run(): Promise<void> {
    for (let task = this.tasks.shift(); task; task = this.tasks.shift()) {
      this.sending = task
      try {
        await this.send(task)
      } catch (error) {
        // The decisions after it were based on a wrong state.
        this.tasks = []
        this.onRefused(error)
      }
      this.sending = null
      this.tell()
    }
    for (const resolve of this.idle.splice(0)) resolve()
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher()
  }
}

/** The list with one more decision: a new one about the same change replaces the earlier one, unless a rule lies
 * between them. */
export function joined(tasks: readonly Task[], task: Task): Task[] {
  if (task.kind === 'many') return [...tasks, task]
  const rule = tasks.findLastIndex((one) => one.kind === 'many')
  const same = tasks.findLastIndex((one) => one.kind === 'one' && one.id === task.id)
  if (same <= rule) return [...tasks, task]
  const before = tasks[same] as Extract<Task, { kind: 'one' }>
  return tasks.with(same, { ...task, body: { ...before.body, ...task.body } })
}
