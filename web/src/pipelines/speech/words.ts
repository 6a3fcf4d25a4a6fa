import { useWords } from '../../i18n'
import { valuesOf } from '../../ui/Cautions'
import type { Recording } from './alignment'
import type en from './en.json'

export const useOwnWords = () => useWords<keyof typeof en>()

/** Why a recording has its verdict, in the user's language where the reasons have codes; null if nothing is wrong. */
export function useReasons(): (one: Recording) => string | null {
  const { said } = useOwnWords()
  return ({ reasons, message }) =>
    reasons?.length
      ? reasons.map((one) => said('warning', one.code, one.message, valuesOf(one))).join(' ')
      : message
}
