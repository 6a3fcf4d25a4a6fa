// The small parts of every page: the component library's behaviour, our look.
import type { LucideIcon } from 'lucide-react'
import { type KeyboardEvent, lazy, type MouseEvent, type ReactNode, Suspense, useRef } from 'react'
import { Link, type LinkProps } from 'react-router'
import styles from './controls.module.css'

export const loadDialog = () => import('./SheetDialog')

type Kind = 'primary' | 'plain' | 'quiet' | 'danger'

interface ButtonProps {
  kind?: Kind
  icon?: LucideIcon
  children?: ReactNode
  /** For buttons that show nothing but their icon. */
  label?: string
  busy?: boolean
  isDisabled?: boolean
  onPress?: () => void
  type?: 'button' | 'submit'
  autoFocus?: boolean
  id?: string
  'aria-label'?: string
  'aria-pressed'?: boolean
  'aria-expanded'?: boolean
  'aria-controls'?: string
  'aria-describedby'?: string
}

/** A press reaches the button alone, not the row or viewer around it. */
const own = (event: KeyboardEvent) => {
  if (event.key === 'Enter' || event.key === ' ') event.stopPropagation()
}

export function Button({
  kind = 'plain',
  icon: Icon,
  children,
  label,
  busy,
  isDisabled,
  onPress,
  type = 'button',
  ...rest
}: ButtonProps) {
  const press = (event: MouseEvent) => {
    event.stopPropagation()
    onPress?.()
  }
  return (
    <button
      {...rest}
      {...(label ? { 'aria-label': label } : {})}
      type={type}
      disabled={Boolean(isDisabled || busy)}
      onClick={press}
      onKeyDown={own}
      className={`${styles.button} ${styles[kind]} ${children ? '' : styles.square}`}
    >
      {Icon && <Icon aria-hidden size={18} strokeWidth={1.9} />}
      {children}
    </button>
  )
}

export function ButtonLink({
  kind = 'plain',
  icon: Icon,
  children,
  ...rest
}: LinkProps & { kind?: Kind; icon?: LucideIcon }) {
  return (
    <Link {...rest} className={`${styles.button} ${styles[kind]}`}>
      {Icon && <Icon aria-hidden size={18} strokeWidth={1.9} />}
      {children as ReactNode}
    </Link>
  )
}

interface SelectProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
  hideLabel?: boolean
}

/** The system's own list: it works on every phone and is familiar. */
export function Select<T extends string>({ label, value, options, onChange, hideLabel }: SelectProps<T>) {
  return (
    <label className={styles.select}>
      <span className={hideLabel ? 'visually-hidden' : styles.selectLabel}>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

export interface SheetProps {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
  hideTitle?: boolean
  full?: boolean
}

const Dialog = lazy(loadDialog)

/** A dialog over the page; `full` fills the window. Its code is loaded with the first one that opens, at the latest
 * after the first page. */
export function Sheet(props: SheetProps) {
  const opened = useRef(false)
  opened.current ||= props.open
  return (
    opened.current && (
      <Suspense>
        <Dialog {...props} />
      </Suspense>
    )
  )
}

export function Notice({
  kind,
  title,
  children,
  action,
}: {
  kind: 'info' | 'warning' | 'error'
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div
      className={`${styles.notice} ${styles[`notice-${kind}`]}`}
      role={kind === 'error' ? 'alert' : 'status'}
    >
      <div>
        <p className={styles.noticeTitle}>{title}</p>
        {children}
      </div>
      {action && <div className={styles.noticeAction}>{action}</div>}
    </div>
  )
}

export function Empty({
  title,
  children,
  action,
  whole,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
  /** The notice is the page's whole content. */
  whole?: boolean
}) {
  const Title = whole ? 'h1' : 'h2'
  return (
    <div className={styles.empty}>
      <Title>{title}</Title>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

export function Bar({
  value,
  label,
  tone = 'progress',
}: {
  value: number | null
  label: string
  tone?: 'progress' | 'accent' | 'error'
}) {
  return (
    <progress
      className={`${styles.bar} ${styles[`bar-${tone}`]}`}
      aria-label={label}
      max={100}
      {...(value === null ? {} : { value: Math.round(value * 10) / 10 })}
    />
  )
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className={styles.skeleton} aria-hidden>
      {Array.from({ length: lines }, (_, n) => (
        <span key={n} />
      ))}
    </div>
  )
}
