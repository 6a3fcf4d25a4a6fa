// When a schedule begins its jobs, as the API takes it.
export const RHYTHMS = ['quarter', 'hour', 'sixHours', 'day', 'week'] as const
export type Rhythm = (typeof RHYTHMS)[number]

const MINUTES: Partial<Record<Rhythm, number>> = { quarter: 15, hour: 60, sixHours: 360 }

/** time: `03:00`, of each day or of each Monday. */
export function timing(
  rhythm: Rhythm,
  time: string,
  zone: string,
): { every_minutes: number } | { cron: string; zone: string } {
  const every_minutes = MINUTES[rhythm]
  if (every_minutes) return { every_minutes }
  const [hour, minute] = time.split(':').map(Number)
  return { cron: `${minute} ${hour} * * ${rhythm === 'week' ? '1' : '*'}`, zone }
}
