// Uppy, set up to send what the API has signed: one request for a small file, parts for a large one.
import AwsS3, { type AwsS3Part } from '@uppy/aws-s3'
import Uppy, { type Body, type Meta, type UppyFile } from '@uppy/core'
import { api } from '../api/client'
import type {
  FileAnswer,
  MultipartPlan,
  SignedParts,
  StoredParts,
  UploadAnswer,
  UploadTarget,
} from '../api/schema'
import { crc32Of } from './digest'

const AT_ONCE = 6
const RETRIES = [0, 1000, 3000, 5000, 10_000, 10_000]

export interface Parcel {
  index: number
  jobId: string
  fileId: string
  path: string
  file: Blob
  /** As the API signed it; without it, it is signed when its turn comes. */
  target: UploadTarget | null
  multipart: MultipartPlan | null
  /** Some of its parts may be there already. */
  begun: boolean
}

export interface Reports {
  progress(index: number, bytes: number): void
  sent(index: number): void
  failed(index: number, error: SendError): void
}

/** status: of the store's answer, 0 where there was none. */
export interface SendError extends Error {
  status: number
  code: string | null
}

interface Carried extends Meta {
  parcel: Parcel
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
      shouldUseMultipart: (file) => Boolean(parcelOf(file as Sent).multipart),
      // Each part is cut where the API says; the plugin hands over the bytes alone.
      getChunkSize: (data) => this.sizes.get(data as Blob) ?? 0,
      getUploadParameters: (file, { signal }) => signed(parcelOf(file), signal),
      createMultipartUpload: (file) => named(parcelOf(file)),
      listParts: (file, { signal }) => stored(parcelOf(file), signal),
      signPart: (file, part) => signedPart(parcelOf(file), part.partNumber, part.body, part.signal),
      completeMultipartUpload: (file, { parts, signal }) => completed(parcelOf(file), parts, signal),
      // The plugin calls this on any error too, and parts that have arrived must outlive that. A job that is cancelled
      // has its parts thrown away by the API.
      abortMultipartUpload: () => undefined,
    })
    this.uppy.on('upload-progress', (file, { bytesUploaded }) => {
      if (file) reports.progress(parcelOf(file).index, bytesUploaded || 0)
    })
    this.uppy.on('upload-success', (file) => {
      if (!file) return
      this.remove(parcelOf(file).index)
      reports.sent(parcelOf(file).index)
    })
    this.uppy.on('upload-error', (file, error) => {
      if (!file) return
      this.remove(parcelOf(file).index)
      reports.failed(parcelOf(file).index, sendError(error))
    })
  }

  private readonly sizes = new WeakMap<Blob, number>()

  get carried(): number {
    return this.ids.size
  }

  send(parcel: Parcel): void {
    if (parcel.multipart) this.sizes.set(parcel.file, parcel.multipart.part_size)
    const id = this.uppy.addFile({
      name: parcel.path,
      type: 'application/octet-stream',
      data: parcel.file,
      // The path alone would take the same file, dropped twice, for one.
      meta: { parcel, relativePath: `${parcel.jobId}/${parcel.index}` } as unknown as Carried,
    })
    this.ids.set(parcel.index, id)
    if (parcel.begun && parcel.multipart) {
      this.uppy.setFileState(id, { s3Multipart: named(parcel) } as object)
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
    // Not within the event: the plugin still has to let go of the file.
    if (id) setTimeout(() => this.uppy.getFile(id) && this.uppy.removeFile(id))
  }
}

const parcelOf = (file: { meta: Meta }): Parcel => (file.meta as Carried).parcel

const partsOf = (parcel: Parcel) => `/jobs/${parcel.jobId}/files/${parcel.fileId}/parts`

/** The API keeps the store's own names to itself; the plugin wants to see some. */
const named = (parcel: Parcel) => ({ uploadId: parcel.fileId, key: parcel.fileId })

const SOON = 30_000

async function signed(parcel: Parcel, signal?: AbortSignal) {
  let target = parcel.target
  if (!target?.url || (target.expires_at && Date.parse(target.expires_at) - Date.now() < SOON)) {
    const again = await api<UploadAnswer>(`/jobs/${parcel.jobId}/files/${parcel.fileId}/upload`, {
      method: 'POST',
      signal,
      patient: true,
    })
    target = again.uploads[0] ?? null
    parcel.target = target
  }
  if (!target?.url) throw new Error('There is no address to send this file to.')
  return { method: 'PUT' as const, url: target.url, headers: allowed(target.headers ?? {}) }
}

/** The browser states the length itself and lets nobody else. */
function allowed(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  )
}

async function signedPart(parcel: Parcel, number: number, body: Blob, signal?: AbortSignal) {
  const crc32 = await crc32Of(body)
  const { parts } = await api<SignedParts>(partsOf(parcel), {
    method: 'POST',
    body: { part_numbers: [number], crc32: { [number]: crc32 } },
    signal,
    patient: true,
  })
  const part = parts[0]
  if (!part) throw new Error(`Part ${number} was not signed.`)
  return { method: 'PUT' as const, url: part.url, headers: allowed(part.headers) }
}

async function stored(parcel: Parcel, signal?: AbortSignal): Promise<AwsS3Part[]> {
  const { parts } = await api<StoredParts>(partsOf(parcel), { signal, patient: true })
  return parts.map((part) => ({ PartNumber: part.part_number, Size: part.size, ETag: part.etag }))
}

async function completed(parcel: Parcel, parts: AwsS3Part[], signal?: AbortSignal) {
  await api<FileAnswer>(`/jobs/${parcel.jobId}/files/${parcel.fileId}/complete`, {
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
  // The store explains itself in XML; its code is all that is of use.
  made.code = /<Code>(\w+)<\/Code>/.exec(told.source?.responseText ?? '')?.[1] ?? told.code ?? null
  return made
}
