/** The speed over the last ten seconds, and the time that the rest will take: undefined until known. */
export class Speed {
  private marks: { at: number; bytes: number }[] = []

  constructor(
    private readonly window = 10_000,
    private readonly enough = 3_000,
  ) {}

  mark(at: number, bytes: number): void {
    const last = this.marks.at(-1)
    if (last && at - last.at < 200) return
    this.marks.push({ at, bytes })
    while (this.marks.length > 2 && at - this.marks[0]!.at > this.window) this.marks.shift()
  }

  /** Bytes per second. */
  rate(): number | null {
    const first = this.marks[0]
    const last = this.marks.at(-1)
    if (!first || !last || last.at - first.at < this.enough) return null
    return Math.max(0, (last.bytes - first.bytes) / ((last.at - first.at) / 1000))
  }

  /** Seconds. */
  left(bytes: number): number | null {
    const rate = this.rate()
    return rate ? bytes / rate : null
  }

  reset(): void {
    this.marks = []
  }
}
