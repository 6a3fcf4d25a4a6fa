import { useWords } from '../../i18n'
import type en from './en.json'

export const useOwnWords = () => useWords<keyof typeof en>()
