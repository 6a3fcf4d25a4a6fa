// The inside of a sheet: the component library's modal dialog.
import { X } from 'lucide-react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useWords } from '../i18n'
import { Button, type SheetProps } from './controls'
import styles from './controls.module.css'

export default function SheetDialog({ title, open, onClose, children, hideTitle, full }: SheetProps) {
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
