// Uppy, set up to send what the API has signed: one request for a small file, parts for a large one.
import AwsS3, { type AwsS3Part } from '@uppy/aws-s3'
import Uppy, { type Body, type Meta, type UppyFile } from '@uppy/core'
import { type Asked, api } from '../api/client'
import type { MultipartPlan, SignedParts, StoredParts, UploadAnswer, UploadTarget } from '../api/schema'
import { crc32Of } from './digest'

const AT_ONCE = 6
const RETRIES = [0, 1000, 3000, 5000, 10_000, 10_000]

export interface OutgoingFile {
  index: number
  jobId: string
  fileId: string
  path: string
  file: Blob
  /** The request as the API signed it; otherwise it is signed when its turn comes. */
  target: UploadTarget | null
  multipart: MultipartPlan | null
  /** Some of its parts may be in the store already. */
  begun: boolean
  /** The other address and credentials for signing, for a file that is given by a share. */
  place?: { base: string; asked: Pick<Asked, 'anonymous' | 'pass' | 'gift'> } | undefined
}

export interface Reports {
  progress(index: number, bytes: number): void
  sent(index: number): void
  failed(index: number, error: SendError): void
}

/** status: the store's, 0 where no answer came. */
export interface SendError extends Error {
  status: number
  code: string | null
}

interface Carried extends Meta {
  outgoing: OutgoingFile
}

type Sent = UppyFile<Carried, Body>

export class Transport {
  private readonly uppy: Uppy<Carried, Body>
  private readonly ids = new Map<number, string>()

  constructor(reports: Reports) {
    this.uppy = new Uppy<Carried, Body>({ autoProceed: true, allowMultipleUploadBatches: true })
    this.uppy.use(AwsS3<Carried, Body>, {
      limit: AT_ONCE,
      retryDelays: RETRIES,
      allowedMetaFields: false,
      shouldUseMultipart: (file) => Boolean(outgoingOf(file as Sent).multipart),
      // Each part is cut where the API says; the plugin hands over the bytes alone.
      getChunkSize: (data) => this.sizes.get(data as Blob) ?? 0,
      getUploadParameters: (file, { signal }) => signed(outgoingOf(file), signal),
      createMultipartUpload: (file) => named(outgoingOf(file)),
      listParts: (file, { signal }) => stored(outgoingOf(file), signal),
      signPart: (file, part) => signedPart(outgoingOf(file), part.partNumber, part.body, part.signal),
      completeMultipartUpload: (file, { parts, signal }) => completed(outgoingOf(file), parts, signal),
      // The plugin calls this on any error too, and parts that have arrived must survive that. The API throws away the
      // parts of a cancelled job.
      abortMultipartUpload: () => undefined,
    })
    this.uppy.on('upload-progress', (file, { bytesUploaded }) => {
      if (file) reports.progress(outgoingOf(file).index, bytesUploaded || 0)
    })
    this.uppy.on('upload-success', (file) => {
      if (!file) return
      this.remove(outgoingOf(file).index)
      reports.sent(outgoingOf(file).index)
    })
    this.uppy.on('upload-error', (file, error) => {
      if (!file) return
      this.remove(outgoingOf(file).index)
      reports.failed(outgoingOf(file).index, sendError(error))
    })
  }

  private readonly sizes = new WeakMap<Blob, number>()

  get carried(): number {
    return this.ids.size
  }

  send(outgoing: OutgoingFile): void {
    if (outgoing.multipart) this.sizes.set(outgoing.file, outgoing.multipart.part_size)
    const id = this.uppy.addFile({
      name: outgoing.path,
      type: 'application/octet-stream',
      data: outgoing.file,
      // By the path alone, the same file dropped twice would count as one.
      meta: { outgoing, relativePath: `${outgoing.jobId}/${outgoing.index}` } as unknown as Carried,
    })
    this.ids.set(outgoing.index, id)
    if (outgoing.begun && outgoing.multipart) {
      this.uppy.setFileState(id, { s3Multipart: named(outgoing) } as object)
    }
  }

  pause(): void {
    this.uppy.pauseAll()
  }

  resume(): void {
    this.uppy.resumeAll()
  }

  clear(): void {
    this.uppy.cancelAll()
    this.ids.clear()
  }

  private remove(index: number): void {
    const id = this.ids.get(index)
    this.ids.delete(index)
    // Not within the event: the plugin must release the file first.
    if (id) setTimeout(() => this.uppy.getFile(id) && this.uppy.removeFile(id))
  }
}

const outgoingOf = (file: { meta: Meta }): OutgoingFile => (file.meta as Carried).outgoing

const fileOf = ({ place, jobId, fileId }: OutgoingFile) =>
  `${place?.base ?? `/jobs/${jobId}`}/files/${fileId}`
const partsOf = (outgoing: OutgoingFile) => `${fileOf(outgoing)}/parts`

/** The API doesn't reveal the store's own names; the plugin requires some. */
const named = (outgoing: OutgoingFile) => ({ uploadId: outgoing.fileId, key: outgoing.fileId })

const SOON = 30_000

async function signed(outgoing: OutgoingFile, signal?: AbortSignal) {
  let target = outgoing.target
  if (!target?.url || (target.expires_at && Date.parse(target.expires_at) - Date.now() < SOON)) {
    const again = await api<UploadAnswer | UploadTarget>(`${fileOf(outgoing)}/upload`, {
      ...outgoing.place?.asked,
      method: 'POST',
      signal,
      patient: true,
    })
    target = 'uploads' in again ? (again.uploads[0] ?? null) : again
    outgoing.target = target
  }
  if (!target?.url) throw new Error('There is no address to send this file to.')
  return { method: 'PUT' as const, url: target.url, headers: allowed(target.headers ?? {}) }
}

/** The browser sets the length itself and allows no other. */
function allowed(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  )
}

async function signedPart(outgoing: OutgoingFile, number: number, body: Blob, signal?: AbortSignal) {
  const crc32 = await crc32Of(body)
  const { parts } = await api<SignedParts>(partsOf(outgoing), {
    ...outgoing.place?.asked,
    method: 'POST',
    body: { part_numbers: [number], crc32: { [number]: crc32 } },
    signal,
    patient: true,
  })
  const part = parts[0]
  if (!part) throw new Error(`Part ${number} was not signed.`)
  return { method: 'PUT' as const, url: part.url, headers: allowed(part.headers) }
}

async function stored(outgoing: OutgoingFile, signal?: AbortSignal): Promise<AwsS3Part[]> {
  const { parts } = await api<StoredParts>(partsOf(outgoing), {
    ...outgoing.place?.asked,
    signal,
    patient: true,
  })
  return parts.map((part) => ({ PartNumber: part.part_number, Size: part.size, ETag: part.etag }))
}

async function completed(outgoing: OutgoingFile, parts: AwsS3Part[], signal?: AbortSignal) {
  await api(`${fileOf(outgoing)}/complete`, {
    ...outgoing.place?.asked,
    method: 'POST',
    body: { parts: parts.map((part) => ({ part_number: part.PartNumber, etag: part.ETag })) },
    signal,
    patient: true,
  })
  return {}
}

function sendError(error: unknown): SendError {
  const told = error as Error & { source?: XMLHttpRequest; status?: number; code?: string }
  const made = new Error(told.message) as SendError
  made.status = told.source?.status ?? told.status ?? 0
  // The store explains errors in XML, of which only the code is useful.
  made.code = /<Code>(\w+)<\/Code>/.exec(told.source?.responseText ?? '')?.[1] ?? told.code ?? null
  return made
}
