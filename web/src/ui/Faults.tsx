import { Component, type ReactNode } from 'react'
import { useWords } from '../i18n'
import { Button, Empty } from './controls'

/** A fault of the page itself: reports it, and offers remedies. Going to another page helps too. */
export class Faults extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

function Broken() {
  const { t } = useWords()
  return (
    <Empty
      whole
      title={t('broken.title')}
      action={
        <Button kind="primary" onPress={() => location.reload()}>
          {t('reload')}
        </Button>
      }
    >
      {t('broken.text')}
    </Empty>
  )
}
