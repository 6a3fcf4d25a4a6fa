// Keys and what they do.
import type { ReactNode } from 'react'
import styles from './KeyList.module.css'

export function KeyList({ keys }: { keys: readonly (readonly [readonly string[], ReactNode])[] }) {
  return (
    <dl className={styles.keys}>
      {keys.map(([names, does]) => (
        <div key={names.join(' ')}>
          <dt>
            {names.map((name) => (
              <kbd key={name}>{name}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  )
}
