export type Messages = Readonly<Record<string, string>>
export type Values = Readonly<Record<string, string | number>>

const plurals = new Map<string, Intl.PluralRules>()
const numbers = new Map<string, Intl.NumberFormat>()
const SMALL = { maximumSignificantDigits: 2 }
const USUAL = { maximumFractionDigits: 1 }

/** Fills in `{name}`, and chooses in `{count|one file|{count} files}` by the language's rules: first one, then
 * other. */
export function format(message: string, language: string, values: Values = {}): string {
  return message
    .replace(/\{(\w+)\|([^|]*)\|((?:[^{}]|\{\w+\})*)\}/g, (_, name: string, one: string, other: string) =>
      rules(language).select(Number(values[name] ?? 0)) === 'one' ? one : other,
    )
    .replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? number(language, value).format(value) : value
    })
}

/** The names that a message fills in. */
export const placeholders = (message: string): string[] =>
  [...new Set([...message.matchAll(/\{(\w+)[}|]/g)].map((match) => match[1]!))].sort()

function rules(language: string): Intl.PluralRules {
  const found = plurals.get(language) ?? new Intl.PluralRules(language)
  plurals.set(language, found)
  return found
}

function number(language: string, value: number): Intl.NumberFormat {
  const small = Math.abs(value) < 1
  const key = `${language} ${small}`
  const found = numbers.get(key) ?? new Intl.NumberFormat(language, small ? SMALL : USUAL)
  numbers.set(key, found)
  return found
}
