// The loudness of a recording over time, from its own bytes, decoded by the browser at a rate sufficient for drawing.
import { useQuery } from '@tanstack/react-query'

const RATE = 8000
/** Samples in a peak: at 8 kHz, 125 peaks per second, as fine as is visible. */
const STEP = 64
/** The longest decoded recording: 30 minutes are 58 MB of samples, and a page may not take much more memory. */
const LONGEST_SECONDS = 30 * 60
const LARGEST_BYTES = 120e6

export interface Peaks {
  /** From 0 to 1, one for each 8 ms. */
  values: Float32Array
  perSecond: number
}

export function peaksOf(samples: Float32Array, rate: number): Peaks {
  const values = new Float32Array(Math.ceil(samples.length / STEP))
  for (let n = 0; n < values.length; n++) {
    let most = 0
    const end = Math.min((n + 1) * STEP, samples.length)
    for (let i = n * STEP; i < end; i++) most = Math.max(most, Math.abs(samples[i]!))
    values[n] = most
  }
  return { values, perSecond: rate / STEP }
}

export const drawable = (seconds: number, bytes: number): boolean =>
  seconds <= LONGEST_SECONDS && bytes <= LARGEST_BYTES

export function usePeaks(url: string | undefined, id: string | undefined, wanted: boolean) {
  return useQuery({
    queryKey: ['peaks', id],
    queryFn: async ({ signal }) => {
      const response = await fetch(url!, { signal })
      if (!response.ok) throw new Error(`The recording answered ${response.status}.`)
      const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await response.arrayBuffer())
      return peaksOf(decoded.getChannelData(0), decoded.sampleRate)
    },
    enabled: wanted && url !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
}
