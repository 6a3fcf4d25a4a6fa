// The contract between the page and a pipeline. A new pipeline needs only a folder beside this file with a
// `pipeline.tsx`, an `en.json` and a `de.json`; without a folder the generic one shows it.
import type { LucideIcon } from 'lucide-react'
import type { ComponentType, ReactNode } from 'react'
import type { ArtifactAnswer, FileAnswer, JobAnswer, StatusAnswer } from '../api/schema'
import type { Words } from '../i18n'
import type { useQuantities } from '../i18n/quantities'

export type Quantities = ReturnType<typeof useQuantities>

/** A job as its tabs see it. */
export interface JobView {
  job: JobAnswer
  how: StatusAnswer
  /** The completed job's artifacts; empty before. */
  artifacts: readonly ArtifactAnswer[]
  /** Opens the file of this number, from 0, in the viewer. */
  onFile: (place: number) => void
  /** The job's loaded files, by their places. */
  files: readonly (FileAnswer | undefined)[]
}

/** A file as the viewer's parts see it. */
export interface FileView {
  file: FileAnswer
  /** The loaded files of its job, if it is viewed in its job. */
  beside?: readonly (FileAnswer | undefined)[] | undefined
}

export interface JobTab {
  key: string
  /** Before or after the list of files. */
  place: 'before' | 'behind'
  shown: (view: JobView) => boolean
  Title: ComponentType<JobView>
  Panel: ComponentType<JobView>
}

export type Compare = (a: FileAnswer, b: FileAnswer) => number

/** A property of files by which they can be filtered and grouped. */
export interface Grouping {
  /** Its key in the address and in its words: `<key>`, `group.<key>` and `<key>.<value>`. */
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
  /** The role that a file's name implies, so that it need not be chosen. */
  rolesByName?: boolean
  /** Orders besides number, name and size; the words are `sort.<key>`. */
  sorts: Readonly<Record<string, Compare>>
  grouping?: Grouping
  timeline?: Timeline
  /** The places of files that another one's tile shows; they have no tile of their own unless files are filtered. */
  behind?: (files: readonly (FileAnswer | undefined)[]) => ReadonlySet<number>
  /** Below the job's head, on every tab. */
  Head?: ComponentType<JobView>
  /** Actions for selected files; `onDone`: they need no longer be selected. */
  Selected?: ComponentType<{ files: readonly FileAnswer[]; onDone: () => void }>
  /** In a tile's corner: a badge for its further content. */
  Badge?: ComponentType<{ file: FileAnswer }>
  /** The line below a file's name in a grid; `children` is the default one. */
  TileLine?: ComponentType<{ file: FileAnswer; children: ReactNode }>
  /** The viewer's additions above and below a file's facts. */
  FileHead?: ComponentType<FileView>
  FileFoot?: ComponentType<FileView>
  /** A completed job's findings, in a few words each; by default its result's summary. */
  outcome?: (job: JobAnswer, words: Words<string>) => string[]
}
