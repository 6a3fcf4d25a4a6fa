import type { FileAnswer } from '../../api/schema'

/** How sure the time of a photo is, the surest first. */
export const CONFIDENCES = ['high', 'medium', 'low', 'none'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const confidenceOf = (file: FileAnswer): Confidence =>
  CONFIDENCES.find((one) => one === file.confidence) ?? 'none'
