// The small parts that everything is made of: the component library's behaviour, our look.
import type { LucideIcon } from 'lucide-react'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Switch as AriaSwitch,
  Dialog,
  Heading,
  Modal,
  ModalOverlay,
} from 'react-aria-components'
import { Link, type LinkProps } from 'react-router'
import { useWords } from '../i18n'
import styles from './controls.module.css'

type Kind = 'primary' | 'plain' | 'quiet' | 'danger'

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  kind?: Kind
  icon?: LucideIcon
  children?: ReactNode
  /** For buttons that show nothing but their icon. */
  label?: string
  busy?: boolean
}

export function Button({
  kind = 'plain',
  icon: Icon,
  children,
  label,
  busy,
  isDisabled,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      {...(label ? { 'aria-label': label } : {})}
      isDisabled={Boolean(isDisabled || busy)}
      className={`${styles.button} ${styles[kind]} ${children ? '' : styles.square}`}
    >
      {Icon && <Icon aria-hidden size={18} strokeWidth={1.9} />}
      {children}
    </AriaButton>
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

/** The system's own list: right on every phone, and known to everybody. */
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

export function Switch({
  isSelected,
  onChange,
  children,
}: {
  isSelected: boolean
  onChange: (on: boolean) => void
  children: ReactNode
}) {
  return (
    <AriaSwitch isSelected={isSelected} onChange={onChange} className={styles.switch!}>
      <span className={styles.track} />
      {children}
    </AriaSwitch>
  )
}

interface SheetProps {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
  hideTitle?: boolean
  full?: boolean
}

/** A dialog over the page; `full` fills the window. */
export function Sheet({ title, open, onClose, children, hideTitle, full }: SheetProps) {
  const { t } = useWords()
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(now) => !now && onClose()}
      isDismissable
      className={full ? styles.stage! : styles.veil!}
    >
      <Modal className={full ? styles.full! : styles.sheet!}>
        <Dialog className={styles.dialog!}>
          <header className={hideTitle ? 'visually-hidden' : styles.sheetHead}>
            <Heading slot="title">{title}</Heading>
            {!hideTitle && <Button kind="quiet" icon={X} label={t('close')} onPress={onClose} />}
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
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
  /** It is all that the page has to say. */
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
