// English beyond the first screen, loaded with any page that uses it.
import words from 'virtual:words/later'
import { englishOfPipelines } from '../pipelines/messages'

export const later: Record<string, string> = { ...words, ...englishOfPipelines }
