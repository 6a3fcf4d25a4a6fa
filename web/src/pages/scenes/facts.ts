// A scene and its values in words.
import type { NamedAnswer, SceneAnswer } from '../../api/schema'

/** Its main file. */
export const fileOf = (scene: SceneAnswer) => scene.files.find((one) => one.primary) ?? scene.files[0]

export const baseName = (path: string): string => path.split(/[/\\]/).pop() ?? path

/** Whether its title is but the name of its file: it has none of its own. */
export const untitled = (scene: SceneAnswer): boolean =>
  scene.paths.some((path) => baseName(path) === scene.title)

/** `1:02:03`, as players write it. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Seconds of `1:02:03`, `12:30` or `95`; null where it is no time. */
export function secondsOf(text: string): number | null {
  const parts = text.trim().split(':')
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return null
  return parts.reduce((sum, part) => 60 * sum + Number(part), 0)
}

/** As the trade calls it, by its height: the width says less where a picture is cut or stands upright. */
export function resolution(width: number | null, height: number | null): string {
  if (!width || !height) return ''
  const side = Math.min(width, height)
  return side >= 4320 ? '8K' : side >= 2160 ? '4K' : `${side}p`
}

export const namesOf = (list: readonly NamedAnswer[]): string => list.map((one) => one.name).join(', ')

/** A name of the catalogue for a connection's id, or the job that it came from. */
export const sceneAddress = (id: string): string => `/scenes/at/${encodeURIComponent(id)}`
