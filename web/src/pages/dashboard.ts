// The numbers of the installation, made ready for charts.
import type { DayOfJobs, StatsAnswer } from '../api/schema'
import type { BarOf } from '../ui/BarChart'

/** Days are the server's, in UTC. */
export const dayNames = (language: string) => {
  const name = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return ({ date }: Pick<DayOfJobs, 'date'>) => name.format(new Date(`${date}T00:00:00Z`))
}

export const ended = ({ completed, failed, cancelled }: DayOfJobs): [number, number, number] => [
  completed,
  failed,
  cancelled,
]

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

export const bar = (name: string, parts: readonly number[]): BarOf => ({ name, parts, value: sum(parts) })

/** The numbers of jobs of all these days by final state. */
export const totals = (
  days: readonly DayOfJobs[],
): { completed: number; failed: number; cancelled: number } => {
  const [completed, failed, cancelled] = [0, 1, 2].map((n) => sum(days.map((day) => ended(day)[n]!)))
  return { completed: completed!, failed: failed!, cancelled: cancelled! }
}

/** Whether the installation has no past or present work. */
export const untouched = (stats: StatsAnswer): boolean =>
  !stats.total_jobs_processed &&
  !stats.jobs_in_queue &&
  !stats.days.some((day) => day.opened || sum(ended(day)))
