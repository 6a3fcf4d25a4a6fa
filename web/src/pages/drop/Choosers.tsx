import { Camera, FolderOpen, Plus } from 'lucide-react'
import { useRef } from 'react'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import type { Chosen } from '../../upload/checks'
import { reading } from '../../upload/reading'

interface Props {
  onChoose: (files: Chosen[]) => void
  accept?: readonly string[]
  kind?: 'primary' | 'plain'
  more?: boolean
}

/** A choice of files, and one of a whole folder where the system has such a dialog. */
export function Choosers({ onChoose, accept, kind = 'plain', more }: Props) {
  const { t } = useWords()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const touched = matchMedia('(pointer: coarse)').matches
  const taken = (input: HTMLInputElement) => {
    void reading.input(input.files).then(onChoose)
    input.value = ''
  }
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="files"
        accept={accept?.join(',')}
        onChange={(event) => taken(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        data-testid="folder"
        {...{ webkitdirectory: '' }}
        onChange={(event) => taken(event.currentTarget)}
      />
      <Button kind={kind} icon={Plus} onPress={() => files.current?.click()}>
        {t(more ? 'choose.more' : 'choose.files')}
      </Button>
      {touched ? (
        <>
          <input
            ref={camera}
            type="file"
            hidden
            accept="image/*"
            capture="environment"
            data-testid="camera"
            onChange={(event) => taken(event.currentTarget)}
          />
          <Button icon={Camera} onPress={() => camera.current?.click()}>
            {t('choose.camera')}
          </Button>
        </>
      ) : (
        <Button icon={FolderOpen} onPress={() => folder.current?.click()}>
          {t('choose.folder')}
        </Button>
      )}
    </>
  )
}
