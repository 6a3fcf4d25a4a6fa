// Plays a recording, all of it or one stretch, and says where it is.
import { useEffect, useRef, useState } from 'react'

/** url: of the sound; without it nothing can be played. seconds: its length. follow: told where the sound is. */
export function usePlayer(url: string | undefined, seconds: number, follow: (time: number) => void) {
  const audio = useRef<HTMLAudioElement>(null)
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  const until = useRef(Number.POSITIVE_INFINITY)

  // Where it is while it plays; a word ends where it ends.
  useEffect(() => {
    if (!playing) return
    let frame = 0
    const step = () => {
      const sound = audio.current
      if (!sound) return
      if (sound.currentTime >= until.current) sound.pause()
      setAt(sound.currentTime)
      follow(sound.currentTime)
      frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
    return () => cancelAnimationFrame(frame)
  }, [playing, follow])

  const play = (start: number, end: number) => {
    const sound = audio.current
    setAt(start)
    if (!sound || !url) return
    until.current = end
    sound.currentTime = start
    // A browser that can't play the kind says so by an error of its own; the words are shown all the same.
    void sound.play().catch(() => setPlaying(false))
  }
  const toggle = () => {
    if (playing) audio.current?.pause()
    else play(at >= seconds - 0.05 ? 0 : at, Number.POSITIVE_INFINITY)
  }
  const events = {
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onEnded: () => setPlaying(false),
  }
  return { audio, events, at, setAt, playing, play, toggle }
}
