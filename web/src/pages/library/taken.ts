import type { LibraryFile, PipelineAnswer } from '../../api/schema'
import { extensionOf, type NameRules } from '../../upload/checks'

type Rules = NameRules & Pick<PipelineAnswer, 'max_bytes'>
type Known = Pick<LibraryFile, 'original_filename' | 'size_bytes' | 'status'>

/** Why a pipeline would refuse an existing file; null where it takes it. */
export function unfit(file: Known, pipeline: Rules): 'type' | 'size' | 'state' | null {
  if (extensionOf(file.original_filename, pipeline) === null) return 'type'
  if (file.size_bytes > pipeline.max_bytes) return 'size'
  if (file.status === 'expected' || file.status === 'inspecting') return 'state'
  return null
}

/** The pipeline that takes most of the files. */
export function fittest<P extends Rules>(files: readonly Known[], pipelines: readonly P[]): P | undefined {
  const taken = (one: P) => files.filter((file) => unfit(file, one) === null).length
  return [...pipelines].sort((a, b) => taken(b) - taken(a))[0]
}
