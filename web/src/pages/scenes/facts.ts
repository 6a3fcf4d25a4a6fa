// A scene and its values in words.
import type { NamedAnswer, SceneAnswer } from '../../api/schema'

/** Its main file. */
export const fileOf = (scene: SceneAnswer) => scene.files.find((one) => one.primary) ?? scene.files[0]

export const baseName = (path: string): string => path.split(/[/\\]/).pop() ?? path

/** Whether its title is only the name of its file. */
export const untitled = (scene: SceneAnswer): boolean =>
  scene.paths.some((path) => baseName(path) === scene.title)

/** `1:02:03`, as players write it. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** The seconds of `1:02:03`, `12:30` or `95`; null where the text is no time. */
export function secondsOf(text: string): number | null {
  const parts = text.trim().split(':')
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return null
  return parts.reduce((sum, part) => 60 * sum + Number(part), 0)
}

/** The trade's name for the resolution, by height: the width says less where a picture is cropped or upright. */
export function resolution(width: number | null, height: number | null): string {
  if (!width || !height) return ''
  const side = Math.min(width, height)
  return side >= 4320 ? '8K' : side >= 2160 ? '4K' : `${side}p`
}

export const namesOf = (list: readonly NamedAnswer[]): string => list.map((one) => one.name).join(', ')

/** The address of a scene's page. */
export const sceneAddress = (id: string): string => `/scenes/at/${encodeURIComponent(id)}`
