// The API's refusals, found before anything is sent.
import type { PipelineAnswer } from '../api/schema'

export interface Chosen {
  /** With the folders of its choice, separated by `/`. */
  path: string
  file: File
  /** Its size and time when it was chosen. */
  size: number
  modified: number
}

export type Refusal = 'type' | 'size' | 'empty' | 'name'

export type NameRules = Pick<PipelineAnswer, 'extensions' | 'bare_names'>

/** The longest extension of the pipeline that the name ends in, as the API matches it; empty for a bare name. */
export function extensionOf(name: string, { extensions, bare_names }: NameRules): string | null {
  const lower = name.toLowerCase()
  const found = extensions.filter((e) => lower.endsWith(e)).sort((a, b) => b.length - a.length)[0]
  if (found !== undefined) return found
  const base = lower.split('/').at(-1) ?? ''
  return bare_names && new RegExp(`^(?:${bare_names})$`, 'i').test(base) ? '' : null
}

export function refusal(
  chosen: Chosen,
  pipeline: NameRules & Pick<PipelineAnswer, 'max_bytes'>,
): Refusal | null {
  if (chosen.path.length > 1024) return 'name'
  if (extensionOf(chosen.path, pipeline) === null) return 'type'
  if (chosen.size === 0) return 'empty'
  if (chosen.size > pipeline.max_bytes) return 'size'
  return null
}

/** Files that a system puts into folders beside the user's own, and that are not meant to be sent. */
export function litter(path: string): boolean {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  return name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(name) || parts.includes('__MACOSX')
}

/** The pipeline that takes most of the files. */
export function suited(
  files: readonly Chosen[],
  pipelines: readonly PipelineAnswer[],
): PipelineAnswer | undefined {
  const taken = (p: PipelineAnswer) => files.filter((f) => extensionOf(f.path, p) !== null).length
  return [...pipelines].sort((a, b) => taken(b) - taken(a))[0]
}

/** The folder that all files share, as the job's name; nothing where they share none. */
export function commonFolder(paths: readonly string[]): string | null {
  const first = paths[0]?.split('/')[0]
  if (!first || !paths.every((path) => path.startsWith(`${first}/`))) return null
  return first.slice(0, 200)
}
