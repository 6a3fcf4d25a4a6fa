export type Messages = Readonly<Record<string, string>>
export type Values = Readonly<Record<string, string | number>>

const plurals = new Map<string, Intl.PluralRules>()
const numbers = new Map<string, Intl.NumberFormat>()

/** Fills `{name}` in, and chooses in `{count|one file|{count} files}` by the language's rules: first one, then other. */
export function format(message: string, language: string, values: Values = {}): string {
  return message
    .replace(/\{(\w+)\|([^|]*)\|((?:[^{}]|\{\w+\})*)\}/g, (_, name: string, one: string, other: string) =>
      rules(language).select(Number(values[name] ?? 0)) === 'one' ? one : other,
    )
    .replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? number(language).format(value) : value
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

function number(language: string): Intl.NumberFormat {
  const found = numbers.get(language) ?? new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  numbers.set(language, found)
  return found
}
