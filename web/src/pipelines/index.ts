// The pipelines that have a folder here. Other modules never check which pipeline a job has: they ask its page.
import type { PipelinePage } from './contract'
import { page as generic } from './generic/pipeline'

const found = import.meta.glob<{ page: PipelinePage }>('./*/pipeline.tsx', { eager: true })
const pages = new Map(Object.entries(found).map(([path, { page }]) => [path.split('/')[1]!, page]))

/** The page's module for a pipeline; the generic one for a pipeline without a folder. */
export const pageOf = (pipeline: string): PipelinePage => pages.get(pipeline) ?? generic

const pictures = import.meta.glob<string>('./*/example.webp', {
  eager: true,
  query: '?url',
  import: 'default',
})

/** The address of a pipeline's example picture, if it has one. */
export const exampleOf = (pipeline: string): string | undefined => pictures[`./${pipeline}/example.webp`]
