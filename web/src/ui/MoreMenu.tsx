// A menu of the pages that have no room in the bar: its code is loaded after the first page.
import { Ellipsis } from 'lucide-react'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { useLocation } from 'react-router'
import { useWords } from '../i18n'
import type { Place } from './Navigation'
import styles from './Navigation.module.css'

interface Props {
  className: string
  /** Whether it opens at once. */
  open: boolean
  /** The pages of the menu, some of which a wide bar shows itself. */
  narrow: readonly Place[]
  help: readonly Place[]
  admins: readonly Place[]
}

export default function MoreMenu({ className, open, narrow, help, admins }: Props) {
  const { t } = useWords()
  const { pathname } = useLocation()
  const item = ([to, name, Icon]: Place, more = '') => (
    <MenuItem
      key={to}
      id={to}
      href={to}
      className={`${styles.item} ${more} ${pathname.startsWith(to) ? styles.here : ''}`}
      {...(to.startsWith('/api/') ? { target: '_blank', rel: 'noreferrer' } : {})}
    >
      <Icon aria-hidden size={18} strokeWidth={1.9} />
      {t(name)}
    </MenuItem>
  )
  return (
    <MenuTrigger defaultOpen={open}>
      <Button className={className}>
        <Ellipsis aria-hidden size={18} strokeWidth={1.9} />
        {t('nav.more')}
      </Button>
      <Popover className={styles.popover!} placement="bottom start">
        <Menu className={styles.menu!} aria-label={t('nav.more')}>
          {narrow.map((place) => item(place, styles.narrow))}
          <Separator className={`${styles.line} ${styles.narrow}`} />
          {help.map((place) => item(place))}
          {admins.length > 0 && <Separator className={styles.line!} />}
          {admins.map((place) => item(place))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
