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
   * None: a guest.
   */
  email: string | null
  username: string | null
  role: 'guest' | 'user' | 'admin'
  /**
   * The scopes of the credentials that asked.
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
   * Needed to change the email.
   */
  current_password?: string | null
}
/**
 * Prices are of a million tokens, in whatever money you think; without them costs are tokens alone.
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
   * Its name on the server.
   */
  model: string
  /**
   * The most that it may take in all.
   */
  token_budget?: number
  /**
   * A frame of each video is shown to it, if the model sees.
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
   * Scenes that are marked as organized, too.
   */
  include_organized?: boolean
  /**
   * @maxItems 100
   */
  patterns?: Pattern[]
  /**
   * A language model is asked for studio, performers, tags and date besides.
   */
  use_ai?: boolean
  ai?: AiOptions | null
}
/**
 * Text that matches, as whole words, is of this studio.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "Pattern".
 */
export interface Pattern {
  studio: string
  pattern: string
}
/**
 * The scenes: `scene_ids`, or those that fit `filters`.
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
 * All given conditions must hold. Of several ids any one matches; excluded ids must not.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SceneFilters".
 */
export interface SceneFilters {
  /**
   * Beginnings of words that title, details or path must all have.
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
   * Scenes that a job under way names.
   */
  has_active_jobs?: boolean | null
  /**
   * Scenes that their source no longer has.
   */
  absent?: boolean | null
  /**
   * The scene's whole period is on this day or later.
   */
  date_from?: string | null
  /**
   * The scene's whole period is on this day or before.
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
   * The likely cost of asking the model; null where none is asked.
   */
  estimate: Tokens | null
}
/**
 * cost: by the prices that were given; null without them. Cached tokens are among those of the prompt, at its
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
 * Only what is approved is carried out; ids narrow it further.
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
   * The server to write to; without it the catalogue alone changes.
   */
  connection_id?: string | null
  /**
   * Applying is always a job: follow it by its id.
   */
  background?: true
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveAnswer".
 */
export interface ArchiveAnswer {
  /**
   * Also the id of the job that makes it, which can be paused and cancelled.
   */
  archive_id: string
  name: string
  status: JobState
  progress_percent: number
  /**
   * Exact from the start; of all zips together.
   */
  size_bytes: number
  file_count: number
  layout: 'organised' | 'original' | 'flat'
  /**
   * null: it was begun by a version that made none.
   */
  estimate: ArchiveEstimate | null
  zips: ArchiveZip[]
  /**
   * Once it is completed, where it is one zip.
   */
  download_url: string | null
  created_at: string
  completed_at: string | null
  /**
   * When it is deleted automatically; null until it is over.
   */
  expires_at: string | null
  error_code: string | null
  error_message: string | null
}
/**
 * On AWS, from the plan; others at the same files make it slower.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ArchiveEstimate".
 */
export interface ArchiveEstimate {
  /**
   * What it comes to: by many workers, or by one.
   */
  strategy: 'fast' | 'cheap'
  workers: number
  seconds: number
  /**
   * US dollars, of requests and functions.
   */
  usd: number
}
/**
 * filename: what it is saved as.
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
   * Once the archive is completed.
   */
  download_url: string | null
}
/**
 * estimate: of the strategy that was asked for.
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
   * Files of yours, of any job.
   *
   * @maxItems 40000
   */
  file_ids?: string[]
  /**
   * Instead of `file_ids`: all that fit, of your library or, with `job_ids`, of these jobs.
   */
  filter?: FilesFilter | null
  /**
   * All files of these jobs that could be read.
   *
   * @maxItems 1000
   */
  job_ids?: string[]
  /**
   * The zip's folders. `organised`: by year and month; `original`: those that the files came in, below one for each job where there are several; `flat`: none.
   */
  layout?: 'organised' | 'original' | 'flat'
  /**
   * Also what the jobs of `job_ids` came to, but for their own zips.
   */
  artifacts?: boolean
  /**
   * What it is saved as, without `.zip`.
   */
  name?: string | null
  /**
   * `fast`: by many workers whenever they are of use; `cheap`: by one; `auto`: by many where one would need over a minute.
   */
  strategy?: 'auto' | 'fast' | 'cheap'
  /**
   * Largest size of one zip; larger archives become several zips.
   */
  split_bytes?: number | null
}
/**
 * As GET /files takes it: every file that such a list has, on any of its pages.
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
   * Words that a file's name, title or tags must all have.
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
   * Of the receiver's answer; null where none came.
   */
  status: number | null
  /**
   * Null where the receiver took it.
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
   * The user's id; `command` for who runs the installation.
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
   * Files that are now in the bin, or out of it, as requested; those that already were, too.
   */
  done: string[]
  /**
   * Files that stay where they are: their job is not over, or they are not inspected yet.
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
   * Bytes of your storage that the jobs of this page use until they are deleted.
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
   * Without files that were deleted or are in the bin.
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
   * The result of its run: summary, quality score, metadata.
   */
  result: {
    [k: string]: unknown
  } | null
  /**
   * Its files' bytes in your storage; null until it is over. Bytes that files share count once.
   */
  size_bytes: number | null
  /**
   * Of an import and of a drop folder.
   */
  origin?: OriginAnswer | null
  binned_at: string
  /**
   * When it is deleted for good.
   */
  gone_at: string
}
/**
 * What a paused job needs from its owner: supply it, then resume the job.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "WaitingFor".
 */
export interface WaitingFor {
  code: string
  message: string
}
/**
 * Where a job's files were found.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "OriginAnswer".
 */
export interface OriginAnswer {
  kind: 'import' | 'drop'
  /**
   * The place that was imported, or the drop folder.
   */
  path: string
  /**
   * `waiting` for the drop folder to be quiet or complete, `listing` it, or all is `taken` in.
   */
  stage: 'waiting' | 'listing' | 'taken'
  /**
   * Of one that waits: when it is closed unless more comes.
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
   * Leads to this one picture: for who shows one, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in its pipeline's words.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * What somebody who gave it by a share calls themselves.
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
   * When it is deleted for good.
   */
  gone_at: string
  [k: string]: unknown
}
/**
 * Where a small JPEG lies, upright, its longer side 320 pixels at most: one address has those of several files.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ThumbnailAnswer".
 */
export interface ThumbnailAnswer {
  url: string
  /**
   * Its first byte.
   */
  start: number
  /**
   * The byte behind its last one; null: it goes to the end.
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
   * Bytes of your storage that the files of this page use until they are deleted.
   */
  size_bytes: number
}
/**
 * missing: ids that are no scenes of yours.
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
 * Fields left out keep their value; null clears one.
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
   * Whether rules or a language model propose it.
   */
  source: 'rules' | 'ai'
}
/**
 * proposed_value: what is to be there instead.
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
   * `keep` puts it into the zip, `drop` leaves it out with all that belongs to it; null: as found.
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
   * Its role in this job; without one, its role in its own.
   */
  role?: string | null
}
/**
 * What may be given.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "CollectAnswer".
 */
export interface CollectAnswer {
  /**
   * False once its owner has taken up what was given.
   */
  open: boolean
  pipeline: string
  /**
   * Of the pipeline.
   */
  title: string
  extensions: string[]
  bare_names: string | null
  /**
   * Of one file.
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
   * The last four letters of a long key.
   */
  key_hint: string
  created_at: string
}
/**
 * Fields left out keep their value. A new `url` needs the `key` again.
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
   * The kind of server. `openai`: any server with OpenAI's chat completions.
   */
  kind?: 'stash' | 'openai'
  /**
   * Such as https://stash.example/graphql, or https://api.openai.com/v1.
   */
  url: string
  /**
   * Your key at that server. It is never shown again.
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
   * How many files are other than before.
   */
  changed: number
  /**
   * Files that could not take it: rejected, or without a time to shift.
   */
  missed: string[]
  /**
   * With `keep_best`: how many files are left for the next request.
   */
  left?: number
  undo: Undo
  /**
   * Of the job, counted up with each correction.
   */
  revision: number
  /**
   * Whether the zip has all corrections: POST /jobs/{id}/remake.
   */
  results_current: boolean
}
/**
 * To be sent to the same address to have it as before.
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
 * Without any of the others, what was corrected before is taken back.
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
   * Added to what the clock showed.
   */
  shift_seconds?: number | null
  /**
   * The wall clock at the place, without an offset.
   */
  taken_local?: string | null
  /**
   * Another day, at the same time of day.
   */
  date?: string | null
  /**
   * IANA time zone of what the clock showed.
   */
  timezone?: string | null
  /**
   * As `timezone`, where only that is known.
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
   * The event's, and the request's `webhook-id`: the same at every attempt.
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
   * `append` adds to what is there; a word that is there keeps its pronunciations as variants.
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
   * The name of one of `zips`.
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
   * The file that the zip keeps; similar ones are all kept, and this is the best.
   */
  kept: string
  /**
   * The first hundred of them.
   */
  files: FileAnswer[]
  /**
   * How many files the group has.
   */
  size: number
}
/**
 * A file; what its pipeline found out stands beside these fields under its own names.
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
   * Leads to this one picture: for who shows one, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in its pipeline's words.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * What somebody who gave it by a share calls themselves.
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
   * Whether the job has finished looking; before, similar ones are not known.
   */
  final: boolean
}
/**
 * One of the two.
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
   * Of each group of that kind the best file only, where nothing was decided yet.
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
   * That failed for this reason.
   */
  jobs: number
  /**
   * That were rejected for it, each time that they were.
   */
  files: number
}
/**
 * Fields left out keep their value; null clears one.
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
   * Not arrived, or being inspected.
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
   * Files of yours, of any job.
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
   * With group_by: how many files each group has.
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
   * Goes along as the header `X-Share-Gift`: it opens what was given with it, no more.
   */
  gift: string
  uploads: UploadTarget[]
  /**
   * Files of an operating system's own, such as `.DS_Store`.
   */
  ignored?: string[] | null
  /**
   * With `skip_unsupported`: what the pipeline doesn't take.
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
   * Of the file in the request's `files`, from 0.
   */
  position: number
  filename: string
  method?: string | null
  /**
   * Absent where parts are to be sent, or nothing.
   */
  url?: string | null
  /**
   * To be sent exactly so.
   */
  headers?: {
    [k: string]: string
  } | null
  expires_at?: string | null
  multipart?: MultipartPlan | null
  /**
   * You have these bytes already: nothing needs to be sent.
   */
  duplicate_of?: string | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "MultipartPlan".
 */
export interface MultipartPlan {
  /**
   * Bytes of each part but the last.
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
   * The error that the request would have been refused with.
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
   * What you call yourself to the one who asked for files.
   */
  giver?: string | null
  /**
   * Leaves out what the pipeline doesn't take, and names it, instead of refusing the request.
   */
  skip_unsupported?: boolean
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "NewFile".
 */
export interface NewFile {
  /**
   * For showing; never used as a path.
   */
  filename: string
  /**
   * Bytes; exactly so many will be accepted.
   */
  size: number
  content_type?: string | null
  /**
   * Lets the store refuse any other bytes, and spares reading them.
   */
  sha256?: string | null
  /**
   * The file's own time, with a zone.
   */
  modified_at?: string | null
  /**
   * The file's role, where a pipeline knows several.
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
   * Why it can't be read.
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
   * For people.
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
   * Without what an import passes over.
   */
  file_count: number
  size_bytes: number
  /**
   * False: there are more than the 10,000 objects that were counted.
   */
  complete: boolean
  /**
   * How many of them each pipeline takes, by name and size. A job has all, and rejects the others.
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
   * A half-made or housekeeping file: an import passes it over.
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
   * As `POST /import-path` takes it.
   */
  path: string
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportFolders".
 */
export interface ImportFolders {
  /**
   * As `POST /import-path` takes it. Null: these are all places.
   */
  path: string | null
  /**
   * The place that it lies in.
   */
  root: string | null
  folders: ImportFolder[]
  /**
   * By name, as the folders: a page has up to `limit` of both together.
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
   * Receives the job's end, as a webhook.
   */
  callback_url?: string | null
}
/**
 * How files come to where they are imported from, and to the drop folders, by clients of S3.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ImportWays".
 */
export interface ImportWays {
  /**
   * The first place that may be imported from.
   */
  import_path: string | null
  /**
   * What lands below it becomes a job. `{pipeline}` and `{batch}` are to be chosen.
   */
  drop_path: string
  /**
   * Where the store answers, if that isn't AWS.
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
   * No more files can be added.
   */
  sealed: boolean
  /**
   * The job that had imported the same drop folder before.
   */
  follows?: string | null
  result?: {
    [k: string]: unknown
  } | null
  callback_url?: string | null
  /**
   * How often its owner has corrected what was found of its files.
   */
  revision?: number
  /**
   * Whether its results have all of these corrections.
   */
  results_current?: boolean
}
/**
 * Fields left out keep their value; null clears one.
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
 * Files of yours, of any job: `file_ids`, or `files` where they have roles. Each is taken once, in this order.
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
   * Receives the job's end, as a webhook.
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
   * Without files that were deleted or are in the bin.
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
   * The result of its run: summary, quality score, metadata.
   */
  result: {
    [k: string]: unknown
  } | null
  /**
   * Its files' bytes in your storage; null until it is over. Bytes that files share count once.
   */
  size_bytes: number | null
  /**
   * Of an import and of a drop folder.
   */
  origin?: OriginAnswer | null
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
   * The last four characters.
   */
  hint: string
  created_at: string
  expires_at: string | null
  /**
   * To within an hour.
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
   * Leads to this one picture: for who shows one, not hundreds.
   */
  thumbnail_url?: string | null
  duplicate_of?: string | null
  /**
   * The verdict of the job's last run, in its pipeline's words.
   */
  verdict?: string | null
  verdict_message?: string | null
  verdict_details?: {
    [k: string]: unknown
  } | null
  error_code?: string | null
  error_message?: string | null
  /**
   * What somebody who gave it by a share calls themselves.
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
 * How the files of a job can be listed.
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
   * Goes into the address as `?ticket=`. Good once, for a minute.
   */
  ticket: string
  /**
   * Where to open the socket: `ws://…` or `wss://…`, or a path on this very host.
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
   * How often the transcripts have it.
   */
  count: number
  /**
   * Phones guessed from its letters; empty where they can't be.
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
   * The same as a table, escaped.
   */
  html_content: string
  /**
   * Where the dictionary of suggestions is; null where no word is missing.
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
   * The request without it seals the job.
   */
  more?: boolean
  /**
   * Leaves out what the pipeline doesn't take, and names it, instead of refusing the request.
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
   * No more files can be added.
   */
  sealed: boolean
  /**
   * The job that had imported the same drop folder before.
   */
  follows?: string | null
  result?: {
    [k: string]: unknown
  } | null
  callback_url?: string | null
  /**
   * How often its owner has corrected what was found of its files.
   */
  revision?: number
  /**
   * Whether its results have all of these corrections.
   */
  results_current?: boolean
  /**
   * Signs what is sent to callback_url. Shown this once.
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
   * The last four characters.
   */
  hint: string
  created_at: string
  expires_at: string | null
  /**
   * To within an hour.
   */
  last_used_at: string | null
  /**
   * Shown this once.
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
   * null: never.
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
   * The job or archive that is shared, or collected into; of single files, the archive made of them.
   */
  job_id: string
  /**
   * Of single files.
   */
  file_count: number | null
  created_at: string
  expires_at: string
  has_password: boolean
  download_limit: number | null
  downloads: number
  /**
   * Of one that collects.
   */
  collected?: Collected | null
  /**
   * The address of its page, behind the installation's own. Shown this once.
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
   * Signs what is sent. Shown this once.
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
   * By part number.
   */
  sha256?: {
    [k: string]: string
  }
  /**
   * By part number; eight hexadecimal digits.
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
 * As `POST /upload`, whose pipeline is `colour` here.
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
   * Leaves out what the pipeline doesn't take, and names it, instead of refusing the request.
   */
  skip_unsupported?: boolean
  /**
   * Receives the job's end, as a webhook.
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
   * A regular expression, whatever the case, of names without an extension that it takes; null: none.
   */
  bare_names: string | null
  max_bytes: number
  roles: string[]
  steps: string[]
  /**
   * JSON Schema: what an upload form needs.
   */
  options: {
    [k: string]: unknown
  }
  /**
   * The kind of its files: `image`, `video`, `volume`, `audio`; null: several.
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
   * Completed ones.
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
   * How many were proposed, by field.
   */
  changes: {
    [k: string]: number
  }
  metadata: {
    [k: string]: unknown
  }
}
/**
 * The cost of asking a language model for a plan.
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
   * Scenes about which the model could not be asked, or gave no usable answer.
   */
  failed: number
  /**
   * Scenes that were left out.
   */
  unasked: number
  /**
   * Choices that were not among those given, and are left out.
   */
  invented: number
  /**
   * Why scenes were left out: `budget`, `cancelled`, or an error's code of the connection.
   */
  stopped: string | null
  /**
   * The first scenes that failed, and why.
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
   * Requests whose tokens the server didn't count: they are estimated.
   */
  unmetered_requests: number
  /**
   * Pictures that the model was shown.
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
   * How many were proposed, by field.
   */
  changes: {
    [k: string]: number
  }
  metadata: {
    [k: string]: unknown
  }
  /**
   * How many changes there are, by status.
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
   * All scenes are to be sent; what isn't among them is marked as absent.
   */
  whole: boolean
  /**
   * Of one that isn't whole: only scenes that were updated after this.
   */
  updated_after: string | null
  /**
   * The id of the last scene that was taken in: the next page lies behind it.
   */
  behind: string | null
  created: number
  updated: number
  skipped: number
  failed: number
}
/**
 * All that the server has, as ids with spans: `1-5000,5002`. Names that aren't listed are forgotten.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushEnd".
 */
export interface PushEnd {
  source: string
  /**
   * Of a whole push. Scenes that aren't listed are marked as absent.
   */
  scenes?: string | null
  performers: string
  tags: string
  studios: string
}
/**
 * Scenes and names as a Stash server's GraphQL gives them. Scenes come in the order of their ids.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushPage".
 */
export interface PushPage {
  source: string
  /**
   * The id that the page lies behind. A page that comes again isn't counted again.
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
 * source: what you call the server, such as `home`.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "PushRequest".
 */
export interface PushRequest {
  source: string
  /**
   * Only what changed since the last push; the first one is always whole.
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
 * Options of the zip that are to be others; null: as they were.
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
   * The file that it is about; null: the whole job.
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
 * Fields left out keep their value. Metadata is merged; a name with null is removed.
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
   * Its title, or else the name of its file.
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
   * As precise as it is known: `2014`, `2006-08` or `2020-04-19`.
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
   * The last 20 times, the newest first.
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
   * Null where it was asked for.
   */
  due_at: string | null
  /**
   * Null where none began.
   */
  job_id: string | null
  error_code: string | null
  error_message: string | null
}
/**
 * Fields left out keep their value. A `cron` replaces `every_minutes`, and the reverse.
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
   * Minute, hour, day, month and weekday as cron has them; at least 15 minutes apart.
   */
  cron?: string
  every_minutes?: number
  /**
   * In which the cron expression is read, such as `Europe/Berlin`.
   */
  zone?: string
}
/**
 * `cron` or `every_minutes`.
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
   * The path that is imported each time, as by `POST /import-path`.
   */
  path?: string | null
  recursive?: boolean
  /**
   * Minute, hour, day, month and weekday as cron has them; at least 15 minutes apart.
   */
  cron?: string | null
  every_minutes?: number | null
  /**
   * In which the cron expression is read, such as `Europe/Berlin`.
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
 * A connection of yours, or an address with its key before it becomes one.
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
   * Others are set by the deployment.
   */
  changeable: boolean
  /**
   * The smallest value; null where it is no number to change.
   */
  least: number | null
  /**
   * The largest one.
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
   * The job or archive that is shared, or collected into; of single files, the archive made of them.
   */
  job_id: string
  /**
   * Of single files.
   */
  file_count: number | null
  created_at: string
  expires_at: string
  has_password: boolean
  download_limit: number | null
  downloads: number
  /**
   * Of one that collects.
   */
  collected?: Collected | null
}
/**
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "ShareRequest".
 */
export interface ShareRequest {
  /**
   * `collect`: others put files into the job `job_id`, or into a new one of `pipeline`.
   */
  kind?: 'collect' | null
  archive_id?: string | null
  /**
   * All files of the job that could be read, and its zip.
   */
  job_id?: string | null
  /**
   * A zip is made of them, and kept for as long.
   *
   * @maxItems 5000
   */
  file_ids?: string[]
  /**
   * An archive ends its share with itself.
   */
  expires_in_days?: number
  /**
   * What visitors see as the title; else that of the job or archive.
   */
  name?: string | null
  password?: string | null
  /**
   * How many downloads are allowed, of files and of the zip together.
   */
  download_limit?: number | null
  /**
   * Of the new job that files are collected into.
   */
  pipeline?: string | null
  /**
   * Likewise.
   */
  options?: {
    [k: string]: unknown
  }
  /**
   * So many files may be given, to collect.
   */
  file_limit?: number
  /**
   * So many bytes may be given, to collect.
   */
  byte_limit?: number
}
/**
 * A share as a visitor sees it. A locked share shows only that it is locked.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SharedAnswer".
 */
export interface SharedAnswer {
  /**
   * It has a password: POST /shared/{token}/unlock.
   */
  locked: boolean
  name?: string | null
  file_count?: number | null
  expires_at?: string | null
  /**
   * null: as many as one likes.
   */
  downloads_left?: number | null
  /**
   * All of it; empty while it is being made.
   */
  zips: SharedZip[]
  /**
   * Of one that collects, which shows no files.
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
   * Good for one use; the answer to that brings the next.
   */
  refresh_token: string
  token_type?: 'bearer'
  /**
   * Seconds that the access token is good.
   */
  expires_in: number
  user_id: string
  /**
   * The guest's belongings that came along; null without a guest's token.
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
   * Whether scenes stay with the guest: sync again to have them.
   */
  scenes_left: boolean
  /**
   * False: some are handed over within minutes of the answer.
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
   * Of an object, or of a folder, with a slash at its end.
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
   * At most 100.
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
   * Since the first job of this installation.
   */
  uptime_hours: number
  /**
   * Of the files of jobs that are over; bytes that files share count once.
   */
  stored_bytes: number
  /**
   * The last 30, today's the last of them. A job counts on the day it ended, until it is retried.
   */
  days: DayOfJobs[]
  /**
   * Of these days.
   */
  pipelines: PipelineTimes[]
  /**
   * Of these days, the most frequent first.
   */
  errors: ErrorTimes[]
}
/**
 * The fields depend on the state: those without a meaning in it are left out.
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
   * Files that the opening promised, while some are still to be announced.
   */
  files_intended?: number | null
  /**
   * Those that have arrived; of jobs with more than 5,000 files, those that were looked at.
   */
  files_received?: number | null
  /**
   * Those that were looked at, rejected ones too.
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
  download_url?: string | null
  result_size_bytes?: number | null
  /**
   * Whether its results have all that its owner corrected.
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
 * One stored picture, or several: each gets its own result.
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
   * A shot of the card that corrects all of them.
   */
  reference_file_id?: string | null
  /**
   * Of the colour pipeline, less `operation`.
   */
  options?: {
    [k: string]: unknown
  }
  name?: string | null
  /**
   * Receives the job's end, as a webhook.
   */
  callback_url?: string | null
}
/**
 * A Stash server over a connection, or the videos of your own media jobs.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "SyncRequest".
 */
export interface SyncRequest {
  connection_id?: string | null
  /**
   * The videos of your media jobs; of these all are looked at each time.
   */
  videos?: boolean
  /**
   * Only what changed since the last sync; the first one is always full.
   */
  incremental?: boolean
  /**
   * A sync is always a job: follow it by its id.
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
   * Seconds.
   */
  expires_in: number
  user_id: string
}
/**
 * The direct content of a folder of the zip.
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
   * In the whole zip, without its manifests.
   */
  files: number
  size_bytes: number
  /**
   * Of making the zip, without its manifests; null but for the first page of the zip itself.
   */
  estimates: ArchiveEstimates | null
  /**
   * Whether all of the job's files are in: before, places may still change.
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
   * In it and below.
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
   * Goes along as the header `X-Share-Pass`.
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
   * Files of an operating system's own, such as `.DS_Store`.
   */
  ignored?: string[] | null
  /**
   * With `skip_unsupported`: what the pipeline doesn't take.
   */
  left_out?: LeftOut[] | null
  /**
   * Signs what is sent to callback_url. Shown this once.
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
   * Leaves out what the pipeline doesn't take, and names it, instead of refusing the request.
   */
  skip_unsupported?: boolean
  /**
   * One PUT for each file of up to 5 GiB, for clients that can't send parts.
   */
  single_put?: boolean
  /**
   * With `more`: how many files are to come in all, so that progress is of all.
   */
  files_intended?: number | null
  /**
   * Receives the job's end, as a webhook.
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
 * At most 1 MiB: `text`, or `base64` for what isn't text.
 *
 * This interface was referenced by `Api`'s JSON-Schema
 * via the `definition` "UserDataRequest".
 */
export interface UserDataRequest {
  text?: string | null
  /**
   * Of the bytes.
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
   * Where it is text in UTF-8.
   */
  text?: string | null
  /**
   * Where it isn't.
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
