// Plays a recording, whole or one stretch, and reports the position.
import { useEffect, useRef, useState } from 'react'

/** url: the sound's; without it nothing can be played. seconds: its length. follow: called with the position. */
export function usePlayer(url: string | undefined, seconds: number, follow: (time: number) => void) {
  const audio = useRef<HTMLAudioElement>(null)
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  const until = useRef(Number.POSITIVE_INFINITY)

  // Follows the position during playback; a word's playback ends at the word's end.
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
    // A browser that can't play the format fires an error of its own; the words are shown all the same.
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
