// Written by `npm run types` from the models of the API. Do not edit.

/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileState".
 */
export type FileState = 'expected' | 'inspecting' | 'inspected' | 'rejected' | 'duplicate'
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobState".
 */
export type JobState = 'pending' | 'queued' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled'

export interface Api {}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArtifactAnswer".
 */
export interface ArtifactAnswer {
  content_type: string
  created_at: string
  download_url: string
  filename: string
  name: string
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArtifactsAnswer".
 */
export interface ArtifactsAnswer {
  items: ArtifactAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "CompleteRequest".
 */
export interface CompleteRequest {
  /**
   * @minItems 1
   * @maxItems 10000
   */
  parts: DonePart[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DonePart".
 */
export interface DonePart {
  etag: string
  part_number: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ControlRequest".
 */
export interface ControlRequest {
  action: 'pause' | 'resume' | 'cancel'
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Dependency".
 */
export interface Dependency {
  error?: string | null
  latency_ms: number
  ok: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DownloadAnswer".
 */
export interface DownloadAnswer {
  expires_at: string
  size_bytes: number
  url: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicateGroupAnswer".
 */
export interface DuplicateGroupAnswer {
  files: FileAnswer[]
  /**
   * The file that the zip keeps; similar ones are all kept, and this is the best.
   */
  kept: string
  kind: string
}
/**
 * A file; what its pipeline found out stands beside these fields under its own names.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileAnswer".
 */
export interface FileAnswer {
  camera?: string | null
  confidence?: string | null
  content_type?: string | null
  detected_timestamp?: string | null
  duplicate_of?: string | null
  duration_seconds?: number | null
  error_code?: string | null
  error_message?: string | null
  file_hash_sha256?: string | null
  gps?: {
    [k: string]: unknown
  } | null
  height?: number | null
  id: string
  job_id: string
  original_filename: string
  role?: string | null
  size_bytes: number
  status: FileState
  thumbnail_url?: string | null
  timestamp_candidates?:
    | {
        [k: string]: unknown
      }[]
    | null
  timestamp_source?: string | null
  width?: number | null
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicatesAnswer".
 */
export interface DuplicatesAnswer {
  /**
   * Whether the job has finished looking; before, similar ones are not known.
   */
  final: boolean
  items: DuplicateGroupAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicatesQuery".
 */
export interface DuplicatesQuery {
  kind?: 'exact' | 'similar'
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileCounts".
 */
export interface FileCounts {
  duplicate: number
  /**
   * Not arrived, or being inspected.
   */
  expected: number
  inspected: number
  rejected: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FilesPage".
 */
export interface FilesPage {
  /**
   * With group_by: how many files each group has.
   */
  groups?: {
    [k: string]: number
  } | null
  items: FileAnswer[]
  page: number
  pages: number
  per_page: number
  total: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FilesQuery".
 */
export interface FilesQuery {
  confidence?: ('high' | 'medium' | 'low' | 'none')[]
  group_by?: 'confidence' | null
  page?: number
  per_page?: number
  sort?: string
  status?: FileState[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "HealthAnswer".
 */
export interface HealthAnswer {
  dependencies: {
    [k: string]: Dependency
  }
  status: 'ok' | 'degraded'
  version: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportRequest".
 */
export interface ImportRequest {
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  /**
   * `s3://bucket/prefix/`, or `prefix/`.
   */
  path: string
  pipeline: string
  recursive?: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobAnswer".
 */
export interface JobAnswer {
  callback_url?: string | null
  completed_at: string | null
  created_at: string
  current_filename: string | null
  description?: string | null
  error_code: string | null
  error_count: number
  error_message: string | null
  files: FileCounts
  /**
   * The job that had imported the same drop folder before.
   */
  follows?: string | null
  id: string
  name: string
  options: {
    [k: string]: unknown
  }
  pipeline: string
  progress_current: number
  progress_percent: number
  progress_total: number
  result?: {
    [k: string]: unknown
  } | null
  /**
   * No more files can be added.
   */
  sealed: boolean
  started_at: string | null
  status: JobState
  tags?: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobSummary".
 */
export interface JobSummary {
  completed_at: string | null
  created_at: string
  error_code: string | null
  error_message: string | null
  file_count: number
  id: string
  name: string
  pipeline: string
  started_at: string | null
  status: JobState
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobsPage".
 */
export interface JobsPage {
  items: JobSummary[]
  next_cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobsQuery".
 */
export interface JobsQuery {
  cursor?: string | null
  limit?: number
  pipeline?: string | null
  status?: JobState[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MoreFilesRequest".
 */
export interface MoreFilesRequest {
  /**
   * @maxItems 500
   */
  files: NewFile[]
  /**
   * The request without it seals the job.
   */
  more?: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewFile".
 */
export interface NewFile {
  content_type?: string | null
  /**
   * For showing; never used as a path.
   */
  filename: string
  /**
   * The file's own time, with a zone.
   */
  modified_at?: string | null
  /**
   * What the file is for, where a pipeline knows several.
   */
  role?: string | null
  /**
   * Lets the store refuse any other bytes, and spares reading them.
   */
  sha256?: string | null
  /**
   * Bytes; exactly so many will be accepted.
   */
  size: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MultipartPlan".
 */
export interface MultipartPlan {
  part_count: number
  /**
   * Bytes of each part but the last.
   */
  part_size: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PartsRequest".
 */
export interface PartsRequest {
  /**
   * By part number; eight hexadecimal digits.
   */
  crc32?: {
    [k: string]: string
  }
  /**
   * @minItems 1
   * @maxItems 1000
   */
  part_numbers: number[]
  /**
   * By part number.
   */
  sha256?: {
    [k: string]: string
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PipelineAnswer".
 */
export interface PipelineAnswer {
  description: string
  extensions: string[]
  max_bytes: number
  name: string
  /**
   * JSON Schema: what an upload form needs.
   */
  options: {
    [k: string]: unknown
  }
  roles: string[]
  steps: string[]
  title: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PipelinesAnswer".
 */
export interface PipelinesAnswer {
  items: PipelineAnswer[]
}
/**
 * application/problem+json (RFC 9457).
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  code: string
  detail: string
  errors: {
    [k: string]: string
  }[]
  request_id: string
  status: number
  title: string
  type: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SignedPart".
 */
export interface SignedPart {
  expires_at: string
  headers: {
    [k: string]: string
  }
  part_number: number
  url: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SignedParts".
 */
export interface SignedParts {
  parts: SignedPart[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StatsAnswer".
 */
export interface StatsAnswer {
  average_processing_time_seconds: number | null
  jobs_in_queue: number
  total_jobs_processed: number
  total_jobs_today: number
  unique_users: number
  /**
   * Since the first job of this installation.
   */
  uptime_hours: number
}
/**
 * What there is to say depends on the state: only the fields that mean something are there.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StatusAnswer".
 */
export interface StatusAnswer {
  current_filename?: string | null
  current_step?: number | null
  download_url?: string | null
  elapsed_seconds?: number | null
  error_code?: string | null
  error_message?: string | null
  estimated_remaining_seconds?: number | null
  estimated_wait_seconds?: number | null
  files_expected?: number | null
  files_received?: number | null
  job_id: string
  poll_after_seconds: number
  processing_time_seconds?: number | null
  progress_percent?: number | null
  queue_position?: number | null
  result_size_bytes?: number | null
  status: JobState
  step_name?: string | null
  total_steps?: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StoredPart".
 */
export interface StoredPart {
  etag: string
  part_number: number
  size: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StoredParts".
 */
export interface StoredParts {
  parts: StoredPart[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Token".
 */
export interface Token {
  access_token: string
  /**
   * Seconds.
   */
  expires_in: number
  token_type?: 'bearer'
  user_id: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadAnswer".
 */
export interface UploadAnswer {
  /**
   * Signs what is sent to callback_url. Shown this once.
   */
  callback_secret?: string | null
  file_count: number
  job_id: string
  message: string
  status: JobState
  uploads: UploadTarget[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadTarget".
 */
export interface UploadTarget {
  /**
   * You have these bytes already: nothing needs to be sent.
   */
  duplicate_of?: string | null
  expires_at?: string | null
  file_id: string
  filename: string
  /**
   * To be sent exactly so.
   */
  headers?: {
    [k: string]: string
  } | null
  method?: string | null
  multipart?: MultipartPlan | null
  /**
   * Absent where parts are to be sent, or nothing.
   */
  url?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadRequest".
 */
export interface UploadRequest {
  /**
   * Told of the job's end, as a webhook.
   */
  callback_url?: string | null
  /**
   * @minItems 1
   * @maxItems 500
   */
  files: NewFile[]
  /**
   * Keeps the job open for further files.
   */
  more?: boolean
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  pipeline: string
}
