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
 * via the `definition` "AccountAnswer".
 */
export interface AccountAnswer {
  created_at: string | null
  /**
   * None: a guest.
   */
  email: string | null
  id: string
  role: 'guest' | 'user' | 'admin'
  /**
   * What the credentials that asked may be used for.
   */
  scopes: string[]
  username: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AccountChanges".
 */
export interface AccountChanges {
  /**
   * Needed to change the email.
   */
  current_password?: string | null
  email?: string | null
  username?: string | null
}
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
 * via the `definition` "AttemptAnswer".
 */
export interface AttemptAnswer {
  at: string
  /**
   * Null where the receiver took it.
   */
  error: string | null
  milliseconds: number
  /**
   * Of the receiver's answer; null where none came.
   */
  status: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AuditEntryAnswer".
 */
export interface AuditEntryAnswer {
  action: string
  /**
   * The user's id; `command` for who runs the installation.
   */
  actor_id: string
  at: string
  details: {
    [k: string]: unknown
  }
  id: string
  target: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AuditPage".
 */
export interface AuditPage {
  items: AuditEntryAnswer[]
  next_cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AuditQuery".
 */
export interface AuditQuery {
  cursor?: string | null
  limit?: number
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
 * via the `definition` "DeliveriesPage".
 */
export interface DeliveriesPage {
  items: DeliveryAnswer[]
  next_cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DeliveryAnswer".
 */
export interface DeliveryAnswer {
  attempts: AttemptAnswer[]
  created_at: string
  data: {
    [k: string]: unknown
  }
  /**
   * The event's, and the request's `webhook-id`: the same at every attempt.
   */
  id: string
  next_attempt_at: string | null
  status: 'pending' | 'delivered' | 'failed'
  type: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DeliveriesQuery".
 */
export interface DeliveriesQuery {
  cursor?: string | null
  limit?: number
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
 * What is left out stays; null empties.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileChanges".
 */
export interface FileChanges {
  description?: string | null
  tags?: string[] | null
  title?: string | null
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
 * What is left out stays; null empties.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobChanges".
 */
export interface JobChanges {
  description?: string | null
  name?: string
  tags?: string[] | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobRequest".
 */
export interface JobRequest {
  /**
   * Told of the job's end, as a webhook.
   */
  callback_url?: string | null
  description?: string | null
  /**
   * Files of yours, of any job; each is taken once, in this order.
   *
   * @minItems 1
   * @maxItems 2000
   */
  file_ids: string[]
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  pipeline: string
  /**
   * @maxItems 20
   */
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
 * via the `definition` "KeyAnswer".
 */
export interface KeyAnswer {
  created_at: string
  expires_at: string | null
  /**
   * The last four characters.
   */
  hint: string
  id: string
  /**
   * To within an hour.
   */
  last_used_at: string | null
  name: string
  scopes: ('upload' | 'read' | 'admin')[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "KeysAnswer".
 */
export interface KeysAnswer {
  items: KeyAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LibraryFile".
 */
export interface LibraryFile {
  camera?: string | null
  confidence?: string | null
  content_type?: string | null
  created_at: string
  description: string | null
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
  pipeline: string
  role?: string | null
  size_bytes: number
  status: FileState
  tags: string[]
  thumbnail_url?: string | null
  timestamp_candidates?:
    | {
        [k: string]: unknown
      }[]
    | null
  timestamp_source?: string | null
  title: string | null
  /**
   * `image`, `video`, `volume`, `audio`, or `other`.
   */
  type: string
  width?: number | null
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LibraryPage".
 */
export interface LibraryPage {
  items: LibraryFile[]
  page: number
  pages: number
  per_page: number
  total: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LibraryQuery".
 */
export interface LibraryQuery {
  page?: number
  per_page?: number
  /**
   * Words that a file's name, title or tags must all have.
   */
  search?: string
  sort_by?: 'created_at' | 'taken_at' | 'name' | 'size'
  sort_order?: 'asc' | 'desc'
  status?: FileState[]
  type?: ('image' | 'video' | 'volume' | 'audio') | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LoginRequest".
 */
export interface LoginRequest {
  email: string
  password: string
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
 * via the `definition` "NewJobAnswer".
 */
export interface NewJobAnswer {
  /**
   * Signs what is sent to callback_url. Shown this once.
   */
  callback_secret?: string | null
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
 * via the `definition` "NewKeyAnswer".
 */
export interface NewKeyAnswer {
  created_at: string
  expires_at: string | null
  /**
   * The last four characters.
   */
  hint: string
  id: string
  /**
   * Shown this once.
   */
  key: string
  /**
   * To within an hour.
   */
  last_used_at: string | null
  name: string
  scopes: ('upload' | 'read' | 'admin')[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewKeyRequest".
 */
export interface NewKeyRequest {
  /**
   * null: never.
   */
  expires_in_days?: number | null
  name: string
  /**
   * @minItems 1
   * @maxItems 3
   */
  scopes: ('upload' | 'read' | 'admin')[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewWebhookAnswer".
 */
export interface NewWebhookAnswer {
  created_at: string
  events: string[]
  id: string
  /**
   * Signs what is sent. Shown this once.
   */
  secret: string
  url: string
}
/**
 * One page of a list whose length is known. The Link header has the addresses of the others.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Page".
 */
export interface Page {
  page: number
  pages: number
  per_page: number
  total: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PageQuery".
 */
export interface PageQuery {
  page?: number
  per_page?: number
  sort_order?: 'asc' | 'desc'
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
 * via the `definition` "PasswordRequest".
 */
export interface PasswordRequest {
  current_password: string
  new_password: string
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
 * via the `definition` "RefreshRequest".
 */
export interface RefreshRequest {
  refresh_token: string
}
/**
 * With a guest's token, the guest's jobs become the account's.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "RegisterRequest".
 */
export interface RegisterRequest {
  email: string
  password: string
  username: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultAnswer".
 */
export interface ResultAnswer {
  created_at: string
  id: string
  job_id: string
  metadata: {
    [k: string]: unknown
  }
  pipeline: string
  quality_score: number | null
  summary: string
  updated_at: string | null
}
/**
 * What is left out stays. Metadata is merged into what is there; a name with null is removed.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultChanges".
 */
export interface ResultChanges {
  metadata?: {
    [k: string]: unknown
  }
  quality_score?: number | null
  summary?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultRequest".
 */
export interface ResultRequest {
  job_id: string
  metadata?: {
    [k: string]: unknown
  }
  quality_score?: number | null
  summary: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultsPage".
 */
export interface ResultsPage {
  items: ResultAnswer[]
  page: number
  pages: number
  per_page: number
  total: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultsQuery".
 */
export interface ResultsQuery {
  job_id?: string | null
  min_quality?: number | null
  page?: number
  per_page?: number
  pipeline?: string | null
  sort_by?: 'created_at' | 'quality_score'
  sort_order?: 'asc' | 'desc'
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "RootModel_dict_str__Any__".
 */
export interface RootModelDictStr__Any__ {
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingAnswer".
 */
export interface SettingAnswer {
  /**
   * Others are set by the deployment.
   */
  changeable: boolean
  name: string
  secret: boolean
  source: 'default' | 'environment' | 'stored'
  /**
   * `********` for a secret.
   */
  value: {
    [k: string]: unknown
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingsAnswer".
 */
export interface SettingsAnswer {
  items: SettingAnswer[]
}
/**
 * New values by name; null takes one back to what the deployment says.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingsRequest".
 */
export interface SettingsRequest {
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SignedInAnswer".
 */
export interface SignedInAnswer {
  access_token: string
  /**
   * Seconds that the access token is good.
   */
  expires_in: number
  /**
   * Good for one use; the answer to that brings the next.
   */
  refresh_token: string
  token_type?: 'bearer'
  user_id: string
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
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookAnswer".
 */
export interface WebhookAnswer {
  created_at: string
  events: string[]
  id: string
  url: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookChanges".
 */
export interface WebhookChanges {
  /**
   * @minItems 1
   * @maxItems 20
   */
  events?: ('job.completed' | 'job.failed' | 'job.cancelled' | 'file.rejected')[]
  url?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookRequest".
 */
export interface WebhookRequest {
  /**
   * @minItems 1
   * @maxItems 20
   */
  events: ('job.completed' | 'job.failed' | 'job.cancelled' | 'file.rejected')[]
  url: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhooksAnswer".
 */
export interface WebhooksAnswer {
  items: WebhookAnswer[]
}
