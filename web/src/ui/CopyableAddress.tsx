import { Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './controls'
import styles from './Form.module.css'

interface Props {
  /** On this server. */
  path: string
  label: string
  note: string
  copy: string
  copied: string
}

/** An address that is shown once, to be copied and passed on. */
export function CopyableAddress({ path, label, note, copy, copied }: Props) {
  const [done, setDone] = useState(false)
  const address = `${location.origin}${path}`
  return (
    <>
      <label className={styles.field}>
        {label}
        <input readOnly value={address} onFocus={(event) => event.target.select()} />
      </label>
      <p className={styles.note}>{note}</p>
      <div className={styles.actions}>
        <Button
          kind="primary"
          icon={Copy}
          onPress={() => void navigator.clipboard?.writeText(address).then(() => setDone(true))}
        >
          {done ? copied : copy}
        </Button>
      </div>
    </>
  )
}
