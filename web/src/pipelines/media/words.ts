import { useWords } from '../../i18n'
import type en from './en.json'

export type Own = keyof typeof en
export const useOwnWords = () => useWords<Own>()
