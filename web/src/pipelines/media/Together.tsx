// The files that form one item with the current one.

import { Download } from 'lucide-react'
import { useDownload } from '../../pages/job/download'
import { originalPath } from '../../pages/job/original'
import { Button } from '../../ui/controls'
import { Thumbnail } from '../../ui/Thumbnail'
import type { FileView } from '../contract'
import { groupOf, roleOf } from './group'
import SameAs from './SameAs'
import styles from './SameAs.module.css'
import { useOwnWords } from './words'

export default function Together({ file, beside }: FileView) {
  const { t } = useOwnWords()
  const download = useDownload()
  const members = groupOf(file, beside)
  return (
    <>
      {members.length > 1 && (
        <section>
          <h3>{t('together')}</h3>
          <ul className={styles.same}>
            {members.map((one) => (
              <li key={one.id}>
                <Thumbnail of={one.thumbnail} className={styles.face} alt="" />
                <span>
                  {one.original_filename.split('/').at(-1)}
                  <small>{t(`role.${roleOf(one) ?? 'primary'}`)}</small>
                </span>
                <Button
                  kind="quiet"
                  icon={Download}
                  label={`${t('viewer.download')}: ${one.original_filename}`}
                  onPress={() => download.start(originalPath(one))}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      <SameAs file={file} />
    </>
  )
}
