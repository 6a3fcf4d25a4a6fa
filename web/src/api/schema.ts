// Written by `npm run types` from the OpenAPI document of the API. Do not edit.

/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobState".
 */
export type JobState = 'pending' | 'queued' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled'
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileState".
 */
export type FileState = 'expected' | 'inspecting' | 'inspected' | 'rejected' | 'duplicate'

export interface Api {}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AccountAnswer".
 */
export interface AccountAnswer {
  id: string
  /**
   * Null for a guest.
   */
  email: string | null
  username: string | null
  role: 'guest' | 'user' | 'admin'
  /**
   * The scopes of the request's credentials.
   */
  scopes: string[]
  created_at: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AccountChanges".
 */
export interface AccountChanges {
  email?: string | null
  username?: string | null
  /**
   * Required to change the email.
   */
  current_password?: string | null
}
/**
 * Prices are per million tokens, in any currency; without them, costs are counted in tokens only.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AiOptions".
 */
export interface AiOptions {
  /**
   * A connection of the kind `openai`.
   */
  connection_id: string
  /**
   * The model's name on the server.
   */
  model: string
  /**
   * The maximum number of tokens for the whole analysis.
   */
  token_budget?: number
  /**
   * Whether the model gets a frame of each video, if it accepts images.
   */
  frames?: boolean
  prompt_price?: number | null
  completion_price?: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AnalysisOptions".
 */
export interface AnalysisOptions {
  /**
   * @minItems 1
   */
  detect?: ('studio' | 'performers' | 'tags' | 'details' | 'date' | 'markers')[]
  confidence_threshold?: number
  /**
   * Includes scenes that are marked as organized.
   */
  include_organized?: boolean
  /**
   * @maxItems 100
   */
  patterns?: Pattern[]
  /**
   * Also asks a language model for studio, performers, tags and date.
   */
  use_ai?: boolean
  ai?: AiOptions | null
}
/**
 * Text that matches the pattern, as whole words, belongs to this studio.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Pattern".
 */
export interface Pattern {
  studio: string
  pattern: string
}
/**
 * Selects the scenes in `scene_ids`, or those that match `filters`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AnalysisRequest".
 */
export interface AnalysisRequest {
  /**
   * @maxItems 100000
   */
  scene_ids?: string[]
  filters?: SceneFilters | null
  options?: AnalysisOptions
  plan_name?: string | null
}
/**
 * All given conditions must match. Of several ids, any one must match; excluded ids must not match.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneFilters".
 */
export interface SceneFilters {
  /**
   * Word prefixes that must all occur in the title, details or path.
   */
  search?: string
  studio_id?: string | null
  /**
   * @maxItems 100
   */
  performer_ids?: string[]
  /**
   * @maxItems 100
   */
  tag_ids?: string[]
  /**
   * @maxItems 100
   */
  exclude_tag_ids?: string[]
  /**
   * @maxItems 100
   */
  scene_ids?: string[]
  organized?: boolean | null
  analyzed?: boolean | null
  /**
   * Scenes that an active job names.
   */
  has_active_jobs?: boolean | null
  /**
   * Scenes that no longer exist in their source.
   */
  absent?: boolean | null
  /**
   * Scenes whose whole period is on or after this day.
   */
  date_from?: string | null
  /**
   * Scenes whose whole period is on or before this day.
   */
  date_to?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AnalysisStarted".
 */
export interface AnalysisStarted {
  plan_id: string
  job_id: string
  scenes: number
  status: string
  /**
   * The estimated cost of the language model; null if none is used.
   */
  estimate: Tokens | null
}
/**
 * `cost` uses the given prices and is null without them. Cached tokens count as prompt tokens, at the same
 * price.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Tokens".
 */
export interface Tokens {
  requests: number
  prompt_tokens: number
  completion_tokens: number
  cost: number | null
}
/**
 * Applies approved changes only; ids narrow the selection further.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ApplyRequest".
 */
export interface ApplyRequest {
  /**
   * @maxItems 10000
   */
  change_ids?: string[]
  /**
   * @maxItems 10000
   */
  scene_ids?: string[]
  /**
   * The server to write to; without it, only the catalogue changes.
   */
  connection_id?: string | null
  /**
   * Always true: a job applies the changes. Follow it by its id.
   */
  background?: true
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveAnswer".
 */
export interface ArchiveAnswer {
  /**
   * Also the id of the job that makes the archive, which can be paused and cancelled.
   */
  archive_id: string
  name: string
  status: JobState
  progress_percent: number
  /**
   * The total size of all zips, exact from the start.
   */
  size_bytes: number
  file_count: number
  layout: 'organised' | 'original' | 'flat'
  /**
   * Null if an earlier version began the archive without an estimate.
   */
  estimate: ArchiveEstimate | null
  zips: ArchiveZip[]
  /**
   * Set once the archive is completed, if it is one zip.
   */
  download_url: string | null
  created_at: string
  completed_at: string | null
  /**
   * The time of its automatic deletion; null until the archive has ended.
   */
  expires_at: string | null
  error_code: string | null
  error_message: string | null
}
/**
 * An estimate for AWS, from the plan. Other work on the same files makes it slower.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveEstimate".
 */
export interface ArchiveEstimate {
  /**
   * The resulting strategy: many workers, or one.
   */
  strategy: 'fast' | 'cheap'
  workers: number
  seconds: number
  /**
   * The cost of requests and functions, in US dollars.
   */
  usd: number
}
/**
 * `filename` is the name under which the zip is saved.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveZip".
 */
export interface ArchiveZip {
  name: string
  filename: string
  size_bytes: number
  file_count: number
  /**
   * Set once the archive is completed.
   */
  download_url: string | null
}
/**
 * `estimate` is for the requested strategy.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveEstimates".
 */
export interface ArchiveEstimates {
  estimate: ArchiveEstimate
  fast: ArchiveEstimate
  cheap: ArchiveEstimate
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchivePlan".
 */
export interface ArchivePlan {
  estimate: ArchiveEstimate
  fast: ArchiveEstimate
  cheap: ArchiveEstimate
  size_bytes: number
  file_count: number
  zip_count: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveRequest".
 */
export interface ArchiveRequest {
  /**
   * Your files, from any job.
   *
   * @maxItems 40000
   */
  file_ids?: string[]
  /**
   * Instead of `file_ids`: all matching files in your library or, with `job_ids`, in these jobs.
   */
  filter?: FilesFilter | null
  /**
   * Jobs whose readable files are all included.
   *
   * @maxItems 1000
   */
  job_ids?: string[]
  /**
   * The zip's folders. `organised`: by year and month; `original`: the files' original folders, below one folder for each job if there are several; `flat`: none.
   */
  layout?: 'organised' | 'original' | 'flat'
  /**
   * Also includes the artifacts of the jobs in `job_ids`, except their zips.
   */
  artifacts?: boolean
  /**
   * The archive's filename, without `.zip`.
   */
  name?: string | null
  /**
   * `fast`: many workers whenever they help; `cheap`: one worker; `auto`: many if one would need over a minute.
   */
  strategy?: 'auto' | 'fast' | 'cheap'
  /**
   * The maximum size of one zip; larger archives are split into several zips.
   */
  split_bytes?: number | null
}
/**
 * The filters of `GET /files`; selects the matching files of all pages.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FilesFilter".
 */
export interface FilesFilter {
  type?: ('image' | 'video' | 'volume' | 'audio') | null
  /**
   * @maxItems 10
   */
  status?: FileState[]
  /**
   * Words that must all occur in a file's name, title or tags.
   */
  search?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchivesPage".
 */
export interface ArchivesPage {
  items: ArchiveAnswer[]
  next_cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArtifactAnswer".
 */
export interface ArtifactAnswer {
  name: string
  filename: string
  content_type: string
  size_bytes: number
  created_at: string
  download_url: string
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
  milliseconds: number
  /**
   * The HTTP status of the receiver's answer; null if none arrived.
   */
  status: number | null
  /**
   * Null if the receiver accepted the delivery.
   */
  error: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "AuditEntryAnswer".
 */
export interface AuditEntryAnswer {
  id: string
  at: string
  /**
   * The user's id, or `command` for the installation's operator.
   */
  actor_id: string
  action: string
  target: string
  details: {
    [k: string]: unknown
  }
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
 * via the `definition` "BegunAnswer".
 */
export interface BegunAnswer {
  job_id: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BinMoved".
 */
export interface BinMoved {
  /**
   * Files that are now in the bin, or out of it, as requested, including those that already were.
   */
  done: string[]
  /**
   * Files that were not moved: their job has not ended, or they are not inspected yet.
   */
  missed: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BinPage".
 */
export interface BinPage {
  items: BinnedJob[]
  next_cursor: string | null
  /**
   * Storage that the jobs on this page use until their deletion, in bytes.
   */
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BinnedJob".
 */
export interface BinnedJob {
  id: string
  name: string
  pipeline: string
  status: JobState
  /**
   * The number of files, without those that were deleted or are in the bin.
   */
  file_count: number
  error_code: string | null
  error_message: string | null
  created_at: string
  started_at: string | null
  completed_at: string | null
  waiting_for?: WaitingFor | null
  options: {
    [k: string]: unknown
  }
  /**
   * The result of the job's run: summary, quality score, metadata.
   */
  result: {
    [k: string]: unknown
  } | null
  /**
   * Storage that the job's files use, in bytes; null until the job has ended. Bytes that files share count once.
   */
  size_bytes: number | null
  /**
   * Set for imports and drop folders.
   */
  origin?: OriginAnswer | null
  /**
   * While the job is open for files of others: when that ends, unless you start the job before.
   */
  collecting_until?: string | null
  binned_at: string
  /**
   * The time of permanent deletion.
   */
  gone_at: string
}
/**
 * The input that a paused job needs from its owner: supply it, then resume the job.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WaitingFor".
 */
export interface WaitingFor {
  code: string
  message: string
}
/**
 * The origin of a job's files.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "OriginAnswer".
 */
export interface OriginAnswer {
  kind: 'import' | 'drop'
  /**
   * The imported path, or the drop folder.
   */
  path: string
  /**
   * `waiting`: until the drop folder is quiet or complete; `listing`: the folder is being listed; `taken`: all files are in the job.
   */
  stage: 'waiting' | 'listing' | 'taken'
  /**
   * While `waiting`: the time at which the folder is closed unless more files arrive.
   */
  closes_at: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BinnedFile".
 */
export interface BinnedFile {
  id: string
  job_id: string
  original_filename: string
  status: FileState
  size_bytes: number
  role?: string | null
  content_type?: string | null
  file_hash_sha256?: string | null
  detected_timestamp?: string | null
  timestamp_source?: string | null
  confidence?: string | null
  timestamp_candidates?:
    | {
        [k: string]: unknown
      }[]
    | null
  width?: number | null
  height?: number | null
  duration_seconds?: number | null
  gps?: {
    [k: string]: unknown
  } | null
  camera?: string | null
  thumbnail?: ThumbnailAnswer | null
  /**
   * The address of this thumbnail alone, for clients that show one file, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in the pipeline's terms.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * The name entered by the visitor who gave the file through a share.
   */
  given_by?: string | null
  /**
   * `image`, `video`, `volume`, `audio`, or `other`.
   */
  type: string
  title: string | null
  description: string | null
  tags: string[]
  pipeline: string
  created_at: string
  binned_at: string
  /**
   * The time of permanent deletion.
   */
  gone_at: string
  [k: string]: unknown
}
/**
 * The location of a small upright JPEG, at most 320 pixels on its longer side. One address holds those of several
 * files.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ThumbnailAnswer".
 */
export interface ThumbnailAnswer {
  url: string
  /**
   * The thumbnail's first byte.
   */
  start: number
  /**
   * The byte after its last one; null if it extends to the end.
   */
  end: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BinnedFilesPage".
 */
export interface BinnedFilesPage {
  items: BinnedFile[]
  next_cursor: string | null
  /**
   * Storage that the files on this page use until their deletion, in bytes.
   */
  size_bytes: number
}
/**
 * `missing` lists the ids that are not among your scenes.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BulkAnswer".
 */
export interface BulkAnswer {
  updated: number
  missing: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BulkChanges".
 */
export interface BulkChanges {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  scene_ids: string[]
  changes: SceneChanges
}
/**
 * Omitted fields keep their value; null clears a field.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneChanges".
 */
export interface SceneChanges {
  title?: string | null
  details?: string | null
  director?: string | null
  code?: string | null
  organized?: boolean
  analyzed?: boolean
  rating100?: number | null
  /**
   * `2014`, `2006-08` or `2020-04-19`.
   */
  scene_date?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "BulkDecision".
 */
export interface BulkDecision {
  action: 'accept_all' | 'reject_all' | 'accept_by_field' | 'reject_by_field' | 'accept_by_confidence'
  field?: ('studio' | 'performers' | 'tags' | 'details' | 'date' | 'markers') | null
  confidence?: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ChangeAnswer".
 */
export interface ChangeAnswer {
  id: string
  scene_id: string
  field: 'studio' | 'performers' | 'tags' | 'details' | 'date' | 'markers'
  action: 'add' | 'remove' | 'set'
  current_value: unknown
  proposed_value: unknown
  confidence: number
  reason: string
  status: 'pending' | 'approved' | 'rejected' | 'applied' | 'conflict' | 'failed'
  message: string | null
  /**
   * Whether rules or a language model proposed the change.
   */
  source: 'rules' | 'ai'
}
/**
 * `proposed_value` replaces the change's proposed value.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ChangeDecision".
 */
export interface ChangeDecision {
  status?: ('pending' | 'approved' | 'rejected') | null
  proposed_value?: {
    [k: string]: unknown
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Chosen".
 */
export interface Chosen {
  /**
   * @minItems 1
   * @maxItems 5000
   */
  files: string[]
  /**
   * `keep` puts the files into the zip, `drop` leaves them out with all files that belong to them; null removes the decision.
   */
  choice: ('keep' | 'drop') | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ChosenFile".
 */
export interface ChosenFile {
  file_id: string
  /**
   * The file's role in the new job; by default, its role in its own job.
   */
  role?: string | null
}
/**
 * The files that the share accepts.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "CollectAnswer".
 */
export interface CollectAnswer {
  /**
   * False once the owner accepts no more files.
   */
  open: boolean
  pipeline: string
  /**
   * The pipeline's title.
   */
  title: string
  extensions: string[]
  bare_names: string | null
  /**
   * The maximum size of one file.
   */
  max_bytes: number
  files_left: number
  bytes_left: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Collected".
 */
export interface Collected {
  given_files: number
  given_bytes: number
  file_limit: number
  byte_limit: number
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
  part_number: number
  etag: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ConnectionAnswer".
 */
export interface ConnectionAnswer {
  id: string
  name: string
  kind: string
  url: string
  has_key: boolean
  /**
   * The last four characters of a long key.
   */
  key_hint: string
  created_at: string
}
/**
 * Omitted fields keep their value. A new `url` requires the `key` again.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ConnectionChanges".
 */
export interface ConnectionChanges {
  name?: string
  url?: string
  key?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ConnectionRequest".
 */
export interface ConnectionRequest {
  name: string
  /**
   * The kind of server. `openai`: any server that supports OpenAI's chat completions.
   */
  kind?: 'stash' | 'openai'
  /**
   * The server's address, such as https://stash.example/graphql or https://api.openai.com/v1.
   */
  url: string
  /**
   * Your key for the server. It is never shown again.
   */
  key?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ConnectionsAnswer".
 */
export interface ConnectionsAnswer {
  items: ConnectionAnswer[]
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
 * via the `definition` "CorrectedAnswer".
 */
export interface CorrectedAnswer {
  /**
   * The number of files that changed.
   */
  changed: number
  /**
   * Files that could not be changed: rejected, or without a time to shift.
   */
  missed: string[]
  /**
   * With `keep_best`: the number of files left for the next request.
   */
  left?: number
  undo: Undo
  /**
   * The job's revision, which each correction increases.
   */
  revision: number
  /**
   * Whether the zip includes all corrections; `POST /jobs/{job_id}/remake` adds them.
   */
  results_current: boolean
}
/**
 * Send it to the same address to restore the previous state.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Undo".
 */
export interface Undo {
  changes: {
    [k: string]: unknown
  }[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DatesRequest".
 */
export interface DatesRequest {
  /**
   * @minItems 1
   * @maxItems 5000
   */
  changes: Redated[]
}
/**
 * Without any other field, earlier corrections of the files are removed.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Redated".
 */
export interface Redated {
  /**
   * @minItems 1
   * @maxItems 5000
   */
  files: string[]
  /**
   * Added to the time that the clock showed.
   */
  shift_seconds?: number | null
  /**
   * The local time at the place, without an offset.
   */
  taken_local?: string | null
  /**
   * The new day, at the same time of day.
   */
  date?: string | null
  /**
   * The IANA time zone of the clock.
   */
  timezone?: string | null
  /**
   * Used like `timezone`, if only the offset is known.
   */
  utc_offset?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DayOfJobs".
 */
export interface DayOfJobs {
  /**
   * In UTC.
   */
  date: string
  opened: number
  completed: number
  failed: number
  cancelled: number
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
  /**
   * The id of the event, sent as `webhook-id`; the same for every attempt.
   */
  id: string
  type: string
  status: 'pending' | 'delivered' | 'failed'
  created_at: string
  next_attempt_at: string | null
  data: {
    [k: string]: unknown
  }
  attempts: AttemptAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Dependency".
 */
export interface Dependency {
  ok: boolean
  latency_ms: number
  error?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DictionaryAnswer".
 */
export interface DictionaryAnswer {
  language: string
  words: number
  pronunciations: number
  size_bytes: number
  updated_at: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DictionaryContent".
 */
export interface DictionaryContent {
  language: string
  words: number
  pronunciations: number
  size_bytes: number
  updated_at: string
  text: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DictionaryRequest".
 */
export interface DictionaryRequest {
  /**
   * Lines of `word<TAB>PH PH …`, at most 50,000; `#` begins a comment.
   */
  text: string
  /**
   * `append` adds to the existing dictionary; existing words keep their pronunciations as variants.
   */
  mode?: 'replace' | 'append'
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DownloadAnswer".
 */
export interface DownloadAnswer {
  url: string
  expires_at: string
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DownloadRequest".
 */
export interface DownloadRequest {
  file_id?: string | null
  /**
   * The name of a zip in `zips`.
   */
  zip?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicateGroupAnswer".
 */
export interface DuplicateGroupAnswer {
  kind: string
  /**
   * The file that the zip keeps. Similar files are all kept, and this is the best of them.
   */
  kept: string
  /**
   * The group's first 100 files.
   */
  files: FileAnswer[]
  /**
   * The number of files in the group.
   */
  size: number
}
/**
 * A file. Its pipeline adds fields under its own names.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileAnswer".
 */
export interface FileAnswer {
  id: string
  job_id: string
  original_filename: string
  status: FileState
  size_bytes: number
  role?: string | null
  content_type?: string | null
  file_hash_sha256?: string | null
  detected_timestamp?: string | null
  timestamp_source?: string | null
  confidence?: string | null
  timestamp_candidates?:
    | {
        [k: string]: unknown
      }[]
    | null
  width?: number | null
  height?: number | null
  duration_seconds?: number | null
  gps?: {
    [k: string]: unknown
  } | null
  camera?: string | null
  thumbnail?: ThumbnailAnswer | null
  /**
   * The address of this thumbnail alone, for clients that show one file, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in the pipeline's terms.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * The name entered by the visitor who gave the file through a share.
   */
  given_by?: string | null
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicatesAnswer".
 */
export interface DuplicatesAnswer {
  total: number
  page: number
  per_page: number
  pages: number
  items: DuplicateGroupAnswer[]
  /**
   * Whether the job has finished its search; until then, similar files are not known.
   */
  final: boolean
}
/**
 * Either `changes` or `keep_best`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "DuplicatesRequest".
 */
export interface DuplicatesRequest {
  /**
   * @maxItems 5000
   */
  changes?: Chosen[]
  /**
   * Keeps only the best file of each group of this kind, where the owner has decided nothing yet.
   */
  keep_best?: ('exact' | 'similar' | 'all') | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "EntitiesPage".
 */
export interface EntitiesPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: EntityAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "EntityAnswer".
 */
export interface EntityAnswer {
  id: string
  name: string
  aliases: string[]
  disambiguation: string | null
  parents: string[]
  ignore_auto_tag: boolean
  scene_count: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ErrorTimes".
 */
export interface ErrorTimes {
  code: string
  /**
   * Jobs that failed with this error.
   */
  jobs: number
  /**
   * Files rejected with this error; every rejection counts.
   */
  files: number
}
/**
 * Omitted fields keep their value; null clears a field.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileChanges".
 */
export interface FileChanges {
  title?: string | null
  description?: string | null
  tags?: string[] | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FileCounts".
 */
export interface FileCounts {
  /**
   * Files that have not arrived or are being inspected.
   */
  expected: number
  inspected: number
  rejected: number
  duplicate: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FilesGiven".
 */
export interface FilesGiven {
  /**
   * Your files, from any job.
   *
   * @minItems 1
   * @maxItems 500
   */
  file_ids: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "FilesPage".
 */
export interface FilesPage {
  items: FileAnswer[]
  total: number
  page: number
  per_page: number
  pages: number
  /**
   * With `group_by`: the number of files in each group.
   */
  groups?: {
    [k: string]: number
  } | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GiveAnswer".
 */
export interface GiveAnswer {
  /**
   * Send it as the `X-Share-Gift` header; it gives access only to the files of this gift.
   */
  gift: string
  uploads: UploadTarget[]
  /**
   * Files of the operating system, such as `.DS_Store`.
   */
  ignored?: string[] | null
  /**
   * With `skip_unsupported`: the files that the pipeline doesn't accept.
   */
  left_out?: LeftOut[] | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadTarget".
 */
export interface UploadTarget {
  file_id: string
  /**
   * The file's position in the request's `files`, from 0.
   */
  position: number
  filename: string
  method?: string | null
  /**
   * Absent if the file is sent in parts, or need not be sent.
   */
  url?: string | null
  /**
   * Send these headers unchanged.
   */
  headers?: {
    [k: string]: string
  } | null
  expires_at?: string | null
  multipart?: MultipartPlan | null
  /**
   * The id of your file with the same bytes; nothing needs to be sent.
   */
  duplicate_of?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MultipartPlan".
 */
export interface MultipartPlan {
  /**
   * Bytes of each part except the last.
   */
  part_size: number
  part_count: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LeftOut".
 */
export interface LeftOut {
  filename: string
  /**
   * The code of the error that would have refused the request.
   */
  code: string
  message: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GiveRequest".
 */
export interface GiveRequest {
  /**
   * @minItems 1
   * @maxItems 90
   */
  files: NewFile[]
  /**
   * Your name, as shown to the owner of the share.
   */
  giver?: string | null
  /**
   * Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request.
   */
  skip_unsupported?: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewFile".
 */
export interface NewFile {
  /**
   * For display; never used as a path.
   */
  filename: string
  /**
   * The exact size in bytes; no other size is accepted.
   */
  size: number
  content_type?: string | null
  /**
   * Lets the store refuse any other bytes, and saves reading them for the checksum.
   */
  sha256?: string | null
  /**
   * The file's modification time, with a UTC offset.
   */
  modified_at?: string | null
  /**
   * The file's role, if the pipeline has several.
   */
  role?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GivenAnswer".
 */
export interface GivenAnswer {
  items: GivenFile[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GivenFile".
 */
export interface GivenFile {
  id: string
  filename: string
  size_bytes: number
  status: FileState
  /**
   * The reason why the file can't be read.
   */
  error_code: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GuideAnswer".
 */
export interface GuideAnswer {
  filename: string
  /**
   * The name for display.
   */
  name: string
  content_type: string
  size_bytes: number
  updated_at: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "GuidesAnswer".
 */
export interface GuidesAnswer {
  items: GuideAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "HealthAnswer".
 */
export interface HealthAnswer {
  status: 'ok' | 'degraded'
  version: string
  dependencies: {
    [k: string]: Dependency
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportCount".
 */
export interface ImportCount {
  path: string
  /**
   * The number of files, without those that imports skip.
   */
  file_count: number
  size_bytes: number
  /**
   * False if there are more objects than the 10,000 that were counted.
   */
  complete: boolean
  /**
   * The number of files that each pipeline accepts, by name and size. A job contains all files, and rejects the others.
   */
  fits: {
    [k: string]: number
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportFile".
 */
export interface ImportFile {
  name: string
  size_bytes: number
  modified_at: string
  /**
   * Whether imports skip the file, because it is incomplete or for housekeeping.
   */
  ignored: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportFolder".
 */
export interface ImportFolder {
  name: string
  /**
   * The path for `POST /import-path`.
   */
  path: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportFolders".
 */
export interface ImportFolders {
  /**
   * The path for `POST /import-path`. Null if all places are listed.
   */
  path: string | null
  /**
   * The place that contains the path.
   */
  root: string | null
  folders: ImportFolder[]
  /**
   * Sorted by name, like the folders. A page has at most `limit` files and folders together.
   */
  files: ImportFile[]
  next_cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportRequest".
 */
export interface ImportRequest {
  /**
   * `s3://bucket/prefix/`, or `prefix/`.
   */
  path: string
  pipeline: string
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  recursive?: boolean
  /**
   * Receives a webhook when the job ends.
   */
  callback_url?: string | null
}
/**
 * The paths to which S3 clients upload files for imports and drop folders.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportWays".
 */
export interface ImportWays {
  /**
   * The first place that allows imports.
   */
  import_path: string | null
  /**
   * Files below it become a job. Replace `{pipeline}` and `{batch}` with your choice.
   */
  drop_path: string
  /**
   * The store's endpoint, if it isn't AWS.
   */
  endpoint_url: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobAnswer".
 */
export interface JobAnswer {
  id: string
  name: string
  description?: string | null
  tags?: string[]
  pipeline: string
  status: JobState
  options: {
    [k: string]: unknown
  }
  progress_current: number
  progress_total: number
  progress_percent: number
  current_filename: string | null
  waiting_for?: WaitingFor | null
  error_count: number
  error_code: string | null
  error_message: string | null
  created_at: string
  started_at: string | null
  completed_at: string | null
  files: FileCounts
  /**
   * Whether the job is closed to further files.
   */
  sealed: boolean
  /**
   * The previous job from the same drop folder.
   */
  follows?: string | null
  result?: {
    [k: string]: unknown
  } | null
  callback_url?: string | null
  /**
   * The number of corrections by the job's owner.
   */
  revision?: number
  /**
   * Whether the results include all of these corrections.
   */
  results_current?: boolean
}
/**
 * Omitted fields keep their value; null clears a field.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobChanges".
 */
export interface JobChanges {
  name?: string
  description?: string | null
  tags?: string[] | null
}
/**
 * Your files, from any job: `file_ids`, or `files` if they have roles. Each file is used once, in this order.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobRequest".
 */
export interface JobRequest {
  pipeline: string
  /**
   * @maxItems 2000
   */
  file_ids?: string[]
  /**
   * @maxItems 2000
   */
  files?: ChosenFile[]
  name?: string | null
  description?: string | null
  /**
   * @maxItems 20
   */
  tags?: string[]
  options?: {
    [k: string]: unknown
  }
  /**
   * Receives a webhook when the job ends.
   */
  callback_url?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobStarted".
 */
export interface JobStarted {
  job_id: string
  status: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobSummary".
 */
export interface JobSummary {
  id: string
  name: string
  pipeline: string
  status: JobState
  /**
   * The number of files, without those that were deleted or are in the bin.
   */
  file_count: number
  error_code: string | null
  error_message: string | null
  created_at: string
  started_at: string | null
  completed_at: string | null
  waiting_for?: WaitingFor | null
  options: {
    [k: string]: unknown
  }
  /**
   * The result of the job's run: summary, quality score, metadata.
   */
  result: {
    [k: string]: unknown
  } | null
  /**
   * Storage that the job's files use, in bytes; null until the job has ended. Bytes that files share count once.
   */
  size_bytes: number | null
  /**
   * Set for imports and drop folders.
   */
  origin?: OriginAnswer | null
  /**
   * While the job is open for files of others: when that ends, unless you start the job before.
   */
  collecting_until?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "JobsPage".
 */
export interface JobsPage {
  items: JobSummary[]
  next_cursor: string | null
  poll_after_seconds: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "KeyAnswer".
 */
export interface KeyAnswer {
  id: string
  name: string
  scopes: ('upload' | 'read' | 'admin')[]
  /**
   * The key's last four characters.
   */
  hint: string
  created_at: string
  expires_at: string | null
  /**
   * Accurate to an hour.
   */
  last_used_at: string | null
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
  id: string
  job_id: string
  original_filename: string
  status: FileState
  size_bytes: number
  role?: string | null
  content_type?: string | null
  file_hash_sha256?: string | null
  detected_timestamp?: string | null
  timestamp_source?: string | null
  confidence?: string | null
  timestamp_candidates?:
    | {
        [k: string]: unknown
      }[]
    | null
  width?: number | null
  height?: number | null
  duration_seconds?: number | null
  gps?: {
    [k: string]: unknown
  } | null
  camera?: string | null
  thumbnail?: ThumbnailAnswer | null
  /**
   * The address of this thumbnail alone, for clients that show one file, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in the pipeline's terms.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * The name entered by the visitor who gave the file through a share.
   */
  given_by?: string | null
  /**
   * `image`, `video`, `volume`, `audio`, or `other`.
   */
  type: string
  title: string | null
  description: string | null
  tags: string[]
  pipeline: string
  created_at: string
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LibraryPage".
 */
export interface LibraryPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: LibraryFile[]
}
/**
 * The sort orders and groups for lists of a job's files.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ListingAnswer".
 */
export interface ListingAnswer {
  sorts: string[]
  groups: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LiveTicket".
 */
export interface LiveTicket {
  /**
   * The socket's query parameter `ticket`. Valid once, within a minute.
   */
  ticket: string
  /**
   * The socket's address: `ws://…` or `wss://…`, or a path on this host.
   */
  url: string
  expires_at: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "LoginRequest".
 */
export interface LoginRequest {
  email: string
  password: string
  /**
   * A guest's access token: the guest's jobs and user data become the account's.
   */
  guest_token?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MarkerAnswer".
 */
export interface MarkerAnswer {
  title: string
  seconds: number
  end_seconds: number | null
  tag: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MissingWord".
 */
export interface MissingWord {
  word: string
  /**
   * The number of occurrences in the transcripts.
   */
  count: number
  /**
   * Phones guessed from the word's letters; empty if that isn't possible.
   */
  suggestion: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MissingWordsAnswer".
 */
export interface MissingWordsAnswer {
  has_missing_words: boolean
  missing_words_count: number
  words: MissingWord[]
  /**
   * The same words as an HTML table, escaped.
   */
  html_content: string
  /**
   * The address of the dictionary of suggestions; null if no word is missing.
   */
  dict_url: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ModelsTested".
 */
export interface ModelsTested {
  ok: boolean
  milliseconds: number
  code?: string | null
  message?: string | null
  models?: string[]
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
   * Keeps the job open for further files; a request without it seals the job.
   */
  more?: boolean
  /**
   * Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request.
   */
  skip_unsupported?: boolean
  /**
   * One PUT for each file of up to 5 GiB, for clients that can't send parts.
   */
  single_put?: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NamedAnswer".
 */
export interface NamedAnswer {
  id: string
  name: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewJobAnswer".
 */
export interface NewJobAnswer {
  id: string
  name: string
  description?: string | null
  tags?: string[]
  pipeline: string
  status: JobState
  options: {
    [k: string]: unknown
  }
  progress_current: number
  progress_total: number
  progress_percent: number
  current_filename: string | null
  waiting_for?: WaitingFor | null
  error_count: number
  error_code: string | null
  error_message: string | null
  created_at: string
  started_at: string | null
  completed_at: string | null
  files: FileCounts
  /**
   * Whether the job is closed to further files.
   */
  sealed: boolean
  /**
   * The previous job from the same drop folder.
   */
  follows?: string | null
  result?: {
    [k: string]: unknown
  } | null
  callback_url?: string | null
  /**
   * The number of corrections by the job's owner.
   */
  revision?: number
  /**
   * Whether the results include all of these corrections.
   */
  results_current?: boolean
  /**
   * Signs the webhooks to `callback_url`. Shown only once.
   */
  callback_secret?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewKeyAnswer".
 */
export interface NewKeyAnswer {
  id: string
  name: string
  scopes: ('upload' | 'read' | 'admin')[]
  /**
   * The key's last four characters.
   */
  hint: string
  created_at: string
  expires_at: string | null
  /**
   * Accurate to an hour.
   */
  last_used_at: string | null
  /**
   * Shown only once.
   */
  key: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewKeyRequest".
 */
export interface NewKeyRequest {
  name: string
  /**
   * @minItems 1
   * @maxItems 3
   */
  scopes: ('upload' | 'read' | 'admin')[]
  /**
   * Null for a key that never expires.
   */
  expires_in_days?: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewShareAnswer".
 */
export interface NewShareAnswer {
  id: string
  kind: 'archive' | 'job' | 'files' | 'collect'
  name: string
  /**
   * The job or archive that is shared, or the job that collects; for single files, the archive made of them.
   */
  job_id: string
  /**
   * Set for shares of single files.
   */
  file_count: number | null
  created_at: string
  expires_at: string
  has_password: boolean
  download_limit: number | null
  downloads: number
  /**
   * Set for shares that collect.
   */
  collected?: Collected | null
  /**
   * The path of the share's page, below the installation's address. Shown only once.
   */
  path: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewWebhookAnswer".
 */
export interface NewWebhookAnswer {
  id: string
  url: string
  events: string[]
  created_at: string
  /**
   * Signs the deliveries. Shown only once.
   */
  secret: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PartsRequest".
 */
export interface PartsRequest {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  part_numbers: number[]
  /**
   * Checksums by part number.
   */
  sha256?: {
    [k: string]: string
  }
  /**
   * Checksums by part number, as eight hexadecimal digits.
   */
  crc32?: {
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
 * The body of `POST /upload`, without the pipeline, which is `colour`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PicturesRequest".
 */
export interface PicturesRequest {
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  /**
   * @minItems 1
   * @maxItems 500
   */
  files: NewFile[]
  /**
   * Keeps the job open for further files.
   */
  more?: boolean
  /**
   * Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request.
   */
  skip_unsupported?: boolean
  /**
   * Receives a webhook when the job ends.
   */
  callback_url?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PipelineAnswer".
 */
export interface PipelineAnswer {
  name: string
  title: string
  description: string
  extensions: string[]
  /**
   * A case-insensitive regular expression for accepted names without an extension; null if none are accepted.
   */
  bare_names: string | null
  max_bytes: number
  roles: string[]
  steps: string[]
  /**
   * The options as JSON Schema, for upload forms.
   */
  options: {
    [k: string]: unknown
  }
  /**
   * The kind of the pipeline's files: `image`, `video`, `volume` or `audio`; null if there are several.
   */
  kind: string | null
  listing: ListingAnswer
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PipelineTimes".
 */
export interface PipelineTimes {
  pipeline: string
  /**
   * The number of completed jobs.
   */
  jobs: number
  average_processing_time_seconds: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PipelinesAnswer".
 */
export interface PipelinesAnswer {
  items: PipelineAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PlanAnswer".
 */
export interface PlanAnswer {
  id: string
  name: string
  status: 'pending' | 'draft' | 'reviewing' | 'applied' | 'cancelled'
  created_at: string
  applied_at: string | null
  scenes: number
  /**
   * The number of proposed changes for each field.
   */
  changes: {
    [k: string]: number
  }
  metadata: {
    [k: string]: unknown
  }
}
/**
 * The cost of a plan's language model.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PlanCosts".
 */
export interface PlanCosts {
  model: string
  token_budget: number
  estimate: Tokens
  counted: TokensCounted
  /**
   * Scenes for which the request failed or the model gave no usable answer.
   */
  failed: number
  /**
   * Scenes that were left out before a request.
   */
  unasked: number
  /**
   * Choices of the model that were not among those offered; they are ignored.
   */
  invented: number
  /**
   * Why scenes were left out: `budget`, `cancelled`, or the connection's error code.
   */
  stopped: string | null
  /**
   * The first scenes that failed, with the reasons.
   */
  failures: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TokensCounted".
 */
export interface TokensCounted {
  requests: number
  prompt_tokens: number
  completion_tokens: number
  cost: number | null
  cached_tokens: number
  /**
   * Requests whose tokens the server didn't count; their tokens are estimated.
   */
  unmetered_requests: number
  /**
   * Pictures sent to the model.
   */
  frames: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PlanPage".
 */
export interface PlanPage {
  id: string
  name: string
  status: 'pending' | 'draft' | 'reviewing' | 'applied' | 'cancelled'
  created_at: string
  applied_at: string | null
  scenes: number
  /**
   * The number of proposed changes for each field.
   */
  changes: {
    [k: string]: number
  }
  metadata: {
    [k: string]: unknown
  }
  /**
   * The number of changes with each status.
   */
  counts: {
    [k: string]: number
  }
  items: SceneOfPlan[]
  next_cursor: string | null
  /**
   * The older name of `next_cursor`.
   */
  cursor: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneOfPlan".
 */
export interface SceneOfPlan {
  scene_id: string
  title: string
  path: string | null
  changes: ChangeAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PlansPage".
 */
export interface PlansPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: PlanAnswer[]
}
/**
 * application/problem+json (RFC 9457).
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  request_id: string
  errors: {
    [k: string]: string
  }[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushAnswer".
 */
export interface PushAnswer {
  source: string
  /**
   * Whether all scenes must be sent; scenes that aren't sent are marked as absent.
   */
  whole: boolean
  /**
   * Unless the push is whole: send only scenes that were updated after this time.
   */
  updated_after: string | null
  /**
   * The id of the last scene that was received; the next page begins after it.
   */
  behind: string | null
  created: number
  updated: number
  skipped: number
  failed: number
}
/**
 * All ids on the server, with ranges: `1-5000,5002`. Names that aren't listed are removed.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushEnd".
 */
export interface PushEnd {
  source: string
  /**
   * For a whole push. Scenes that aren't listed are marked as absent.
   */
  scenes?: string | null
  performers: string
  tags: string
  studios: string
}
/**
 * Scenes and names as a Stash server's GraphQL API returns them. Scenes are sorted by id.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushPage".
 */
export interface PushPage {
  source: string
  /**
   * The id after which the page begins. A repeated page isn't counted again.
   */
  behind?: string | null
  /**
   * @maxItems 200
   */
  scenes?: {
    [k: string]: unknown
  }[]
  /**
   * @maxItems 1000
   */
  performers?: {
    [k: string]: unknown
  }[]
  /**
   * @maxItems 1000
   */
  tags?: {
    [k: string]: unknown
  }[]
  /**
   * @maxItems 1000
   */
  studios?: {
    [k: string]: unknown
  }[]
}
/**
 * `source` is your name for the server, such as `home`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushRequest".
 */
export interface PushRequest {
  source: string
  /**
   * Only changes since the last push; the first push is always whole.
   */
  incremental?: boolean
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
  username: string
  password: string
}
/**
 * New options for the zip; null keeps an option.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "RemakeRequest".
 */
export interface RemakeRequest {
  layout?: ('year/month' | 'year' | 'year/month-day' | 'original') | null
  names?: ('time' | 'original') | null
  strategy?: ('auto' | 'fast' | 'cheap') | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultAnswer".
 */
export interface ResultAnswer {
  id: string
  job_id: string
  pipeline: string
  /**
   * The result's file; null for the whole job.
   */
  file_id?: string | null
  summary: string
  quality_score: number | null
  metadata: {
    [k: string]: unknown
  }
  created_at: string
  updated_at: string | null
}
/**
 * Omitted fields keep their value. Metadata is merged; null removes a name.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultChanges".
 */
export interface ResultChanges {
  summary?: string
  quality_score?: number | null
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultRequest".
 */
export interface ResultRequest {
  job_id: string
  summary: string
  quality_score?: number | null
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResultsPage".
 */
export interface ResultsPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: ResultAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResyncOne".
 */
export interface ResyncOne {
  connection_id: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ResyncRequest".
 */
export interface ResyncRequest {
  connection_id: string
  /**
   * @minItems 1
   * @maxItems 1000
   */
  scene_ids: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneAnswer".
 */
export interface SceneAnswer {
  id: string
  source: string
  /**
   * The scene's title, or its filename if it has none.
   */
  title: string
  details: string | null
  paths: string[]
  files: SceneFileAnswer[]
  code: string | null
  director: string | null
  urls: string[]
  organized: boolean
  rating100: number | null
  /**
   * As precise as known: `2014`, `2006-08` or `2020-04-19`.
   */
  scene_date: string | null
  created_date: string | null
  last_synced: string | null
  studio: NamedAnswer | null
  performers: NamedAnswer[]
  tags: NamedAnswer[]
  groups: NamedAnswer[]
  galleries: NamedAnswer[]
  markers: MarkerAnswer[]
  stash_ids: {
    [k: string]: unknown
  }[]
  analyzed: boolean
  absent: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneFileAnswer".
 */
export interface SceneFileAnswer {
  path: string
  primary: boolean
  duration: number | null
  width: number | null
  height: number | null
  frame_rate: number | null
  codec: string | null
  size: number | null
  fingerprints: {
    [k: string]: string
  }
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneJobs".
 */
export interface SceneJobs {
  items: JobSummary[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneStats".
 */
export interface SceneStats {
  total: number
  organized: number
  analyzed: number
  absent: number
  performers: number
  tags: number
  studios: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ScenesPage".
 */
export interface ScenesPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: SceneAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ScheduleAnswer".
 */
export interface ScheduleAnswer {
  id: string
  name: string
  pipeline: string
  options: {
    [k: string]: unknown
  }
  path: string | null
  recursive: boolean
  cron: string | null
  every_minutes: number | null
  zone: string
  paused: boolean
  created_at: string
  next_at: string | null
  /**
   * The last 20 runs, newest first.
   */
  history: StartedAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StartedAnswer".
 */
export interface StartedAnswer {
  at: string
  /**
   * Null if the run was requested.
   */
  due_at: string | null
  /**
   * Null if no job began.
   */
  job_id: string | null
  error_code: string | null
  error_message: string | null
}
/**
 * Omitted fields keep their value. `cron` replaces `every_minutes`, and vice versa.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ScheduleChanges".
 */
export interface ScheduleChanges {
  name?: string
  options?: {
    [k: string]: unknown
  }
  paused?: boolean
  /**
   * A cron expression: minute, hour, day, month and weekday. Runs must be at least 15 minutes apart.
   */
  cron?: string
  every_minutes?: number
  /**
   * The time zone of the cron expression, such as `Europe/Berlin`.
   */
  zone?: string
}
/**
 * Either `cron` or `every_minutes`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ScheduleRequest".
 */
export interface ScheduleRequest {
  name: string
  pipeline: string
  options?: {
    [k: string]: unknown
  }
  /**
   * The path to import in each run, as for `POST /import-path`.
   */
  path?: string | null
  recursive?: boolean
  /**
   * A cron expression: minute, hour, day, month and weekday. Runs must be at least 15 minutes apart.
   */
  cron?: string | null
  every_minutes?: number | null
  /**
   * The time zone of the cron expression, such as `Europe/Berlin`.
   */
  zone?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SchedulesAnswer".
 */
export interface SchedulesAnswer {
  items: ScheduleAnswer[]
}
/**
 * One of your connections, or the address and key of a new one.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ServerTest".
 */
export interface ServerTest {
  connection_id?: string | null
  url?: string | null
  key?: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingAnswer".
 */
export interface SettingAnswer {
  name: string
  /**
   * `********` for a secret.
   */
  value: {
    [k: string]: unknown
  }
  source: 'default' | 'environment' | 'stored'
  secret: boolean
  /**
   * False for settings of the deployment.
   */
  changeable: boolean
  /**
   * The minimum value; null unless the setting is a changeable number.
   */
  least: number | null
  /**
   * The maximum value; null unless the setting is a changeable number.
   */
  most: number | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingsAnswer".
 */
export interface SettingsAnswer {
  items: SettingAnswer[]
}
/**
 * New values by name; null restores the deployment's value.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SettingsRequest".
 */
export interface SettingsRequest {
  [k: string]: unknown
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ShareAnswer".
 */
export interface ShareAnswer {
  id: string
  kind: 'archive' | 'job' | 'files' | 'collect'
  name: string
  /**
   * The job or archive that is shared, or the job that collects; for single files, the archive made of them.
   */
  job_id: string
  /**
   * Set for shares of single files.
   */
  file_count: number | null
  created_at: string
  expires_at: string
  has_password: boolean
  download_limit: number | null
  downloads: number
  /**
   * Set for shares that collect.
   */
  collected?: Collected | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ShareRequest".
 */
export interface ShareRequest {
  /**
   * `collect`: visitors give files to the job `job_id`, or to a new job of `pipeline`.
   */
  kind?: 'collect' | null
  archive_id?: string | null
  /**
   * Shares the job's zip and all of its readable files.
   */
  job_id?: string | null
  /**
   * Shares these files, and a zip of them that is kept as long as the share.
   *
   * @maxItems 5000
   */
  file_ids?: string[]
  /**
   * A share of an archive also ends with the archive.
   */
  expires_in_days?: number
  /**
   * The title for visitors; by default, the name of the job or archive.
   */
  name?: string | null
  password?: string | null
  /**
   * The maximum number of downloads, of files and of the zip together.
   */
  download_limit?: number | null
  /**
   * To collect: the pipeline of the new job.
   */
  pipeline?: string | null
  /**
   * To collect: the options of the new job.
   */
  options?: {
    [k: string]: unknown
  }
  /**
   * To collect: the maximum number of files.
   */
  file_limit?: number
  /**
   * To collect: the maximum number of bytes.
   */
  byte_limit?: number
}
/**
 * A share, as visitors see it. A locked share shows only that it is locked.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharedAnswer".
 */
export interface SharedAnswer {
  /**
   * Whether the share requires its password: `POST /shared/{token}/unlock`.
   */
  locked: boolean
  name?: string | null
  file_count?: number | null
  expires_at?: string | null
  /**
   * Null if downloads are not limited.
   */
  downloads_left?: number | null
  /**
   * Zips of all files; empty until they are made.
   */
  zips: SharedZip[]
  /**
   * Set for shares that collect, which show no files.
   */
  collect?: CollectAnswer | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharedZip".
 */
export interface SharedZip {
  name: string
  filename: string
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharedFile".
 */
export interface SharedFile {
  id: string
  filename: string
  size_bytes: number
  content_type: string | null
  width: number | null
  height: number | null
  /**
   * A JPEG of this file alone.
   */
  thumbnail_url: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharedPage".
 */
export interface SharedPage {
  total: number
  page: number
  per_page: number
  pages: number
  items: SharedFile[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharesAnswer".
 */
export interface SharesAnswer {
  items: ShareAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SignedInAnswer".
 */
export interface SignedInAnswer {
  access_token: string
  /**
   * Can be used once; each refresh returns the next one.
   */
  refresh_token: string
  token_type?: 'bearer'
  /**
   * Seconds until the access token expires.
   */
  expires_in: number
  user_id: string
  /**
   * The guest's belongings that the account took over; null without a guest's token.
   */
  taken_over?: TakenOverAnswer | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TakenOverAnswer".
 */
export interface TakenOverAnswer {
  jobs: number
  user_data: number
  webhooks: number
  shares: number
  connections: number
  /**
   * Whether scenes stay with the guest; sync again to bring them into the account.
   */
  scenes_left: boolean
  /**
   * False if the rest follows within minutes of the answer.
   */
  complete: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SignedPart".
 */
export interface SignedPart {
  part_number: number
  url: string
  headers: {
    [k: string]: string
  }
  expires_at: string
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
 * via the `definition` "SlipAnswer".
 */
export interface SlipAnswer {
  /**
   * The path of an object, or of a folder, which ends with a slash.
   */
  path: string
  code: 'unknown_pipeline' | 'no_batch' | 'unknown_user' | 'no_owner'
  message: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SlipsAnswer".
 */
export interface SlipsAnswer {
  /**
   * At most 100 slips.
   */
  items: SlipAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StashTested".
 */
export interface StashTested {
  ok: boolean
  milliseconds: number
  code?: string | null
  message?: string | null
  version?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StatsAnswer".
 */
export interface StatsAnswer {
  total_jobs_processed: number
  total_jobs_today: number
  unique_users: number
  average_processing_time_seconds: number | null
  jobs_in_queue: number
  /**
   * Hours since the first job of this installation.
   */
  uptime_hours: number
  /**
   * Bytes of the files of jobs that have ended; bytes that files share count once.
   */
  stored_bytes: number
  /**
   * The last 30 days, ending with today. A job counts on the day it ended, until it is retried.
   */
  days: DayOfJobs[]
  /**
   * Processing times in these days.
   */
  pipelines: PipelineTimes[]
  /**
   * Errors in these days, most frequent first.
   */
  errors: ErrorTimes[]
}
/**
 * The fields depend on the state; fields without a meaning in it are omitted.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StatusAnswer".
 */
export interface StatusAnswer {
  job_id: string
  status: JobState
  poll_after_seconds: number
  files_expected?: number | null
  /**
   * The total number of files stated when the job was opened, until all are announced.
   */
  files_intended?: number | null
  /**
   * Files that have arrived; in jobs with more than 5,000 files, inspected files.
   */
  files_received?: number | null
  /**
   * Inspected files, including rejected ones.
   */
  files_inspected?: number | null
  queue_position?: number | null
  estimated_wait_seconds?: number | null
  progress_percent?: number | null
  current_step?: number | null
  total_steps?: number | null
  step_name?: string | null
  current_filename?: string | null
  elapsed_seconds?: number | null
  estimated_remaining_seconds?: number | null
  waiting_for?: WaitingFor | null
  /**
   * While the job is open for files of others: when that ends, unless you start the job before.
   */
  collecting_until?: string | null
  download_url?: string | null
  result_size_bytes?: number | null
  /**
   * Whether the results include all of the owner's corrections.
   */
  results_current?: boolean | null
  processing_time_seconds?: number | null
  error_code?: string | null
  error_message?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StoredPart".
 */
export interface StoredPart {
  part_number: number
  etag: string
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
 * One or more stored pictures; each gets its own result.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "StoredPictures".
 */
export interface StoredPictures {
  file_id?: string | null
  /**
   * @maxItems 500
   */
  file_ids?: string[]
  /**
   * A photo of the card; its correction applies to all pictures.
   */
  reference_file_id?: string | null
  /**
   * Options of the colour pipeline, without `operation`.
   */
  options?: {
    [k: string]: unknown
  }
  name?: string | null
  /**
   * Receives a webhook when the job ends.
   */
  callback_url?: string | null
}
/**
 * A Stash server through a connection, or the videos of your own media jobs.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SyncRequest".
 */
export interface SyncRequest {
  connection_id?: string | null
  /**
   * The videos of your media jobs; each sync reads all of them.
   */
  videos?: boolean
  /**
   * Only changes since the last sync; the first sync is always full.
   */
  incremental?: boolean
  /**
   * Always true: a job runs the sync. Follow it by its id.
   */
  background?: true
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TagsOfScenes".
 */
export interface TagsOfScenes {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  scene_ids: string[]
  /**
   * @minItems 1
   * @maxItems 100
   */
  tag_ids: string[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Token".
 */
export interface Token {
  access_token: string
  token_type?: 'bearer'
  /**
   * Seconds until the token expires.
   */
  expires_in: number
  user_id: string
}
/**
 * The direct content of a folder in the zip.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TreeAnswer".
 */
export interface TreeAnswer {
  total: number
  page: number
  per_page: number
  pages: number
  folder: string
  folders: TreeFolder[]
  items: TreeFile[]
  /**
   * The number of files in the whole zip, without its manifests.
   */
  files: number
  size_bytes: number
  /**
   * Estimates for the zip, without its manifests; null except on the first page of the zip itself.
   */
  estimates: ArchiveEstimates | null
  /**
   * Whether all of the job's files have arrived; until then, places may change.
   */
  final: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TreeFolder".
 */
export interface TreeFolder {
  name: string
  /**
   * The number of files in the folder and below it.
   */
  files: number
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "TreeFile".
 */
export interface TreeFile {
  name: string
  file: string
  original_filename: string
  size_bytes: number
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UnlockAnswer".
 */
export interface UnlockAnswer {
  /**
   * Send it as the `X-Share-Pass` header.
   */
  share_pass: string
  expires_at: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UnlockRequest".
 */
export interface UnlockRequest {
  password: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadAnswer".
 */
export interface UploadAnswer {
  job_id: string
  status: JobState
  file_count: number
  message: string
  uploads: UploadTarget[]
  /**
   * Files of the operating system, such as `.DS_Store`.
   */
  ignored?: string[] | null
  /**
   * With `skip_unsupported`: the files that the pipeline doesn't accept.
   */
  left_out?: LeftOut[] | null
  /**
   * Signs the webhooks to `callback_url`. Shown only once.
   */
  callback_secret?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UploadRequest".
 */
export interface UploadRequest {
  pipeline: string
  name?: string | null
  options?: {
    [k: string]: unknown
  }
  /**
   * @minItems 1
   * @maxItems 500
   */
  files: NewFile[]
  /**
   * Keeps the job open for further files.
   */
  more?: boolean
  /**
   * Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request.
   */
  skip_unsupported?: boolean
  /**
   * One PUT for each file of up to 5 GiB, for clients that can't send parts.
   */
  single_put?: boolean
  /**
   * With `more`: the total number of files, so that progress covers all of them.
   */
  files_intended?: number | null
  /**
   * Receives a webhook when the job ends.
   */
  callback_url?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UserDataAnswer".
 */
export interface UserDataAnswer {
  items: UserDatumAnswer[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UserDatumAnswer".
 */
export interface UserDatumAnswer {
  kind: string
  name: string
  size_bytes: number
  content_type: string
  created_at: string
  updated_at: string
}
/**
 * At most 1 MiB, as `text`, or as `base64` for binary content.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UserDataRequest".
 */
export interface UserDataRequest {
  text?: string | null
  /**
   * The bytes in Base64.
   */
  base64?: string | null
  content_type?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UserDatumContent".
 */
export interface UserDatumContent {
  kind: string
  name: string
  size_bytes: number
  content_type: string
  created_at: string
  updated_at: string
  /**
   * The content, if it is UTF-8 text.
   */
  text?: string | null
  /**
   * The content, if it isn't UTF-8 text.
   */
  base64?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookAnswer".
 */
export interface WebhookAnswer {
  id: string
  url: string
  events: string[]
  created_at: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookChanges".
 */
export interface WebhookChanges {
  url?: string
  /**
   * @minItems 1
   * @maxItems 20
   */
  events?: ('job.completed' | 'job.failed' | 'job.cancelled' | 'file.rejected')[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhookRequest".
 */
export interface WebhookRequest {
  url: string
  /**
   * @minItems 1
   * @maxItems 20
   */
  events: ('job.completed' | 'job.failed' | 'job.cancelled' | 'file.rejected')[]
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WebhooksAnswer".
 */
export interface WebhooksAnswer {
  items: WebhookAnswer[]
}
