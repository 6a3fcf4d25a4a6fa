// Uploads by a share into somebody else's job: the share's limits and the gift's id take the place of an account.
import { askedWith, baseOf, giveFiles, given, MOST_AT_ONCE } from '../../api/collect'
import type { Visit } from '../../api/shares'
import { crc32 } from '../../upload/crc32'
import type { Destination } from '../../upload/destination'
import { announced } from '../../upload/item'
import { keyOf, NEVER, randomKey } from '../../upload/own'

/** visit: the present one, whose pass may change. */
export function giftOf(visit: () => Visit): Destination {
  return {
    most: MOST_AT_ONCE,
    // What its owner has is not told.
    compares: false,
    owns: (job) => job.share === visit().token,
    current: async (job) => job,

    async announce(job, files) {
      // Only the owner ends the collection.
      if (!files.length) return { id: job.jobId, uploads: [] }
      const body = { files: files.map(announced), ...(job.giver ? { giver: job.giver } : {}) }
      const named = crc32(new TextEncoder().encode(job.giver ?? ''))
      const key = job.jobId ? `${keyOf(job, files)}-${named}` : randomKey()
      const answer = await giveFiles(visit(), job.jobId, body, key)
      return { id: answer.gift, uploads: answer.uploads }
    },

    place: (job) => ({ base: baseOf(visit()), asked: askedWith(visit(), job.jobId) }),
    async arrived(one) {
      const [file] = await given(visit(), one.jobId, [one.fileId ?? ''])
      return file !== undefined && file.status !== 'expected' && file.error_code !== NEVER
    },

    // Announced files keep their place in the share's limit until the job is started.
    leaveOut: async () => undefined,
    cancel: async () => undefined,
  }
}
