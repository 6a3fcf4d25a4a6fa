import type { FileAnswer } from '../../api/schema'

/** The confidence levels of a photo's time, the surest first. */
export const CONFIDENCES = ['high', 'medium', 'low', 'none'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const confidenceOf = (file: FileAnswer): Confidence =>
  CONFIDENCES.find((one) => one === file.confidence) ?? 'none'
