// What a pipeline tells the page of itself. A folder beside this file with a `pipeline.tsx`, an `en.json` and a `de.json`
// is all that a new one needs; without a folder it is shown by the generic one.
import type { LucideIcon } from 'lucide-react'
import type { ComponentType, ReactNode } from 'react'
import type { ArtifactAnswer, FileAnswer, JobAnswer, StatusAnswer } from '../api/schema'
import type { Words } from '../i18n'
import type { useQuantities } from '../i18n/quantities'

export type Quantities = ReturnType<typeof useQuantities>

/** A job, as its tabs see it. */
export interface JobView {
  job: JobAnswer
  how: StatusAnswer
  /** Of a completed job; empty before. */
  artifacts: readonly ArtifactAnswer[]
  /** Opens the file of this number, from 0, in the viewer. */
  onFile: (place: number) => void
  /** The job's files that are loaded by now, by their places. */
  files: readonly (FileAnswer | undefined)[]
}

/** A file, as the viewer's parts see it. */
export interface FileView {
  file: FileAnswer
  /** The files of its job that are loaded by now, where it is looked at in its job. */
  beside?: readonly (FileAnswer | undefined)[] | undefined
}

export interface JobTab {
  key: string
  /** Before or behind the list of files. */
  place: 'before' | 'behind'
  shown: (view: JobView) => boolean
  Title: ComponentType<JobView>
  Panel: ComponentType<JobView>
}

export type Compare = (a: FileAnswer, b: FileAnswer) => number

/** Files told apart by one of their properties: to filter by and to group by. */
export interface Grouping {
  /** In the address, and before its words: `<key>`, `group.<key>` and `<key>.<value>`. */
  key: string
  values: readonly string[]
  of: (file: FileAnswer) => string
  Mark: ComponentType<{ value: string }>
}

/** Files along time: by month, the months one after the other. */
export interface Timeline {
  /** `2024-06-05`; empty where no time is known, which comes last. */
  dayOf: (file: FileAnswer) => string
  order: Compare
}

export interface PipelinePage {
  Icon: LucideIcon
  tabs: readonly JobTab[]
  /** A file's name tells its role, so that nobody has to choose it. */
  rolesByName?: boolean
  /** Beside number, name and size; the words are `sort.<key>`. */
  sorts: Readonly<Record<string, Compare>>
  grouping?: Grouping
  timeline?: Timeline
  /** The places of files that are shown by another one's tile, and have none of their own unless files are filtered. */
  behind?: (files: readonly (FileAnswer | undefined)[]) => ReadonlySet<number>
  /** Below the job's head, whatever tab is open. */
  Head?: ComponentType<JobView>
  /** What can be done with files that are selected; `onDone`: they need be selected no more. */
  Selected?: ComponentType<{ files: readonly FileAnswer[]; onDone: () => void }>
  /** In a tile's corner: what it holds besides. */
  Badge?: ComponentType<{ file: FileAnswer }>
  /** What stands below a file's name in a grid; `children` is what stands there otherwise. */
  TileLine?: ComponentType<{ file: FileAnswer; children: ReactNode }>
  /** What the viewer tells of a file above and below its facts. */
  FileHead?: ComponentType<FileView>
  FileFoot?: ComponentType<FileView>
  /** What a completed job comes to, in a few words each; without it, its result's summary. */
  outcome?: (job: JobAnswer, words: Words<string>) => string[]
}
