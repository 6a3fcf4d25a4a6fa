// A result's metadata, whatever its fields: a list of names and values, drawn from the values themselves.
import { useWords } from '../../i18n'
import { humanised } from '../../i18n/humanised'
import { useQuantities } from '../../i18n/quantities'
import { type Drawn, drawn } from './drawn'
import styles from './Metadata.module.css'

export function Metadata({ values }: { values: Record<string, unknown> }) {
  const { said } = useWords()
  const named = (name: string) => said('option', `metadata.${name}`, humanised(name))
  const entries = Object.entries(values)
  if (!entries.length) return null
  return (
    <dl className={styles.list}>
      {entries.map(([name, value]) => {
        const how = drawn(value)
        return (
          <div key={name} className={how.as === 'text' ? styles.line : styles.block}>
            <dt>{named(name)}</dt>
            <dd>
              <Value how={how} named={named} />
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

function Value({ how, named }: { how: Drawn; named: (name: string) => string }) {
  const quantities = useQuantities()
  const { t } = useWords()
  const text = (value: unknown) =>
    typeof value === 'number'
      ? quantities.number(value)
      : value === null
        ? '–'
        : typeof value === 'boolean'
          ? t(value ? 'yes' : 'no')
          : String(value)
  if (how.as === 'text') return <span className="number">{text(how.value)}</span>
  if (how.as === 'bars') {
    const most = Math.max(...how.bars.map(([, value]) => value), 1)
    return (
      <ul className={styles.bars}>
        {how.bars.map(([name, value]) => (
          <li key={name}>
            <span>{named(name)}</span>
            <span className={styles.track} aria-hidden>
              <span style={{ width: `${(100 * value) / most}%` }} />
            </span>
            <span className="number">{text(value)}</span>
          </li>
        ))}
      </ul>
    )
  }
  if (how.as === 'table')
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
      <div className={styles.scroll} tabIndex={0}>
        <table className="number">
          <thead>
            <tr>
              {how.columns.map((name) => (
                <th key={name} scope="col">
                  {named(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {how.rows.map((row, n) => (
              <tr key={n}>
                {row.map((value, at) => (
                  <td key={at}>{text(value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
    <pre className={styles.raw} tabIndex={0}>
      {how.json}
    </pre>
  )
}
