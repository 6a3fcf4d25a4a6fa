// What has been decided and not yet told to the API: in order, one at a time, nothing waits for it.
import type { Task } from './review'

type Watcher = () => void

export class Outbox {
  private tasks: Task[] = []
  private sending: Task | null = null
  private watchers = new Set<Watcher>()
  private idle: (() => void)[] = []

  /** Told of one that will not be taken however often it is told; what follows it is let go. */
  onRefused: (error: unknown) => void = () => undefined

  constructor(private readonly send: (task: Task) => Promise<unknown>) {}

  /** How many are still to be told. */
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

  /** Once all has been told. */
  done(): Promise<void> {
    return this.left() ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve()
  }

  private async run(): Promise<void> {
    for (let task = this.tasks.shift(); task; task = this.tasks.shift()) {
      this.sending = task
      try {
        await this.send(task)
      } catch (error) {
        // What comes behind was decided upon what is not so.
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

/** With one more: what is said of a change again takes the place of what was to be said, unless a rule stands between. */
export function joined(tasks: readonly Task[], task: Task): Task[] {
  if (task.kind === 'many') return [...tasks, task]
  const rule = tasks.findLastIndex((one) => one.kind === 'many')
  const same = tasks.findLastIndex((one) => one.kind === 'one' && one.id === task.id)
  if (same <= rule) return [...tasks, task]
  const before = tasks[same] as Extract<Task, { kind: 'one' }>
  return tasks.with(same, { ...task, body: { ...before.body, ...task.body } })
}
