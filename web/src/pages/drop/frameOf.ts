// A frame of a film on the user's disk: the browser reads only as much of it as it needs.
const PATIENCE = 8000
/** Seconds into it: the very first frame is often black. */
const AT = 1

export async function frameOf(file: File): Promise<ImageBitmap> {
  const film = document.createElement('video')
  const address = URL.createObjectURL(file)
  film.muted = true
  film.preload = 'auto'
  try {
    await told(film, 'loadeddata', () => {
      film.src = address
    })
    if (film.duration > 2 * AT)
      await told(film, 'seeked', () => {
        film.currentTime = AT
      })
    return await createImageBitmap(film)
  } finally {
    film.removeAttribute('src')
    film.load()
    URL.revokeObjectURL(address)
  }
}

function told(film: HTMLVideoElement, event: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The film takes too long.')), PATIENCE)
    const end = (then: () => void) => () => {
      clearTimeout(timer)
      then()
    }
    film.addEventListener(event, end(resolve), { once: true })
    film.addEventListener(
      'error',
      end(() => reject(new Error('The film can’t be read.'))),
      { once: true },
    )
    begin()
  })
}
