// The pipelines' words: in English with the pages, in any other language when that is chosen.
type Messages = Record<string, string>

const NOW = import.meta.glob<Messages>('./*/en.json', { import: 'default', eager: true })
const LATER = {
  de: import.meta.glob<Messages>('./*/de.json', { import: 'default' }),
  es: import.meta.glob<Messages>('./*/es.json', { import: 'default' }),
  fr: import.meta.glob<Messages>('./*/fr.json', { import: 'default' }),
}

export const englishOfPipelines: Messages = Object.assign({}, ...Object.values(NOW))

export async function messagesOfPipelines(language: keyof typeof LATER): Promise<Messages> {
  const loaded = await Promise.all(Object.values(LATER[language]).map((load) => load()))
  return Object.assign({}, ...loaded)
}
