// Surfaces in three dimensions. three.js is large: this module is loaded when the view is opened.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import {
  AmbientLight,
  Box3,
  Color,
  DirectionalLight,
  Group,
  Mesh,
  MeshStandardMaterial,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three'
import { OrbitControls } from 'three/addons/controls/OrbitControls.js'
import { STLLoader } from 'three/addons/loaders/STLLoader.js'
import { content } from '../../api/queries'
import type { ArtifactAnswer } from '../../api/schema'
import styles from './MeshView.module.css'
import { useOwnWords } from './words'

interface Props {
  artifacts: readonly ArtifactAnswer[]
  colourOf: (artifact: string) => string
}

const CLEAR = 0.5

export default function MeshView({ artifacts, colourOf }: Props) {
  const { t } = useOwnWords()
  const surfaces = useQuery({
    queryKey: ['meshes', artifacts.map((one) => one.download_url + one.created_at)],
    queryFn: () =>
      Promise.all(
        artifacts.map(async (artifact) => ({
          name: artifact.name,
          geometry: new STLLoader().parse(await (await content(artifact)).arrayBuffer()),
        })),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
  const place = useRef<HTMLDivElement>(null)
  const colour = useRef(colourOf)
  colour.current = colourOf

  const id = useId()
  const view = useRef<ReturnType<typeof shown> | null>(null)
  const [opacity, setOpacity] = useState(CLEAR)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())

  useEffect(() => {
    const box = place.current
    if (!box || !surfaces.data) return
    const made = shown(box, surfaces.data, colour.current)
    view.current = made
    return () => {
      view.current = null
      made.end()
    }
  }, [surfaces.data])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new view needs the values too
  useEffect(() => view.current?.show(opacity, hidden), [opacity, hidden, surfaces.data])

  const toggle = (name: string) => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    setHidden(next)
  }

  return (
    <figure className={styles.mesh}>
      <div
        ref={place}
        className={styles.stage}
        role="img"
        aria-label={t('mesh.label', { count: artifacts.length })}
      >
        {surfaces.isPending && <p>{t('loading')}</p>}
        {surfaces.isError && <p>{t('volume.gone')}</p>}
      </div>
      <figcaption>
        <label htmlFor={id}>
          {t('mesh.opacity')}
          <input
            id={id}
            type="range"
            min={0.1}
            max={1}
            step={0.05}
            value={opacity}
            onChange={(event) => setOpacity(event.target.valueAsNumber)}
          />
        </label>
        {artifacts.map((artifact) => (
          <label key={artifact.name}>
            <input
              type="checkbox"
              checked={!hidden.has(artifact.name)}
              onChange={() => toggle(artifact.name)}
            />
            <span className={styles.swatch} style={{ background: colourOf(artifact.name) }} />
            {artifact.name.replace(/^mesh-/, '').replaceAll('_', ' ')}
          </label>
        ))}
        <span>{t('mesh.help')}</span>
      </figcaption>
    </figure>
  )
}

type Surface = { name: string; geometry: ReturnType<STLLoader['parse']> }

function shown(box: HTMLElement, surfaces: readonly Surface[], colourOf: (name: string) => string) {
  const renderer = new WebGLRenderer({ antialias: true })
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
  box.append(renderer.domElement)

  const scene = new Scene()
  scene.background = new Color(getComputedStyle(box).backgroundColor)
  const all = new Group()
  for (const { name, geometry } of surfaces) {
    const material = new MeshStandardMaterial({ color: colourOf(name), roughness: 0.55, metalness: 0.05 })
    const mesh = new Mesh(geometry, material)
    mesh.name = name
    // From the inside outward: an outer surface is drawn over an inner one.
    geometry.computeBoundingSphere()
    mesh.renderOrder = geometry.boundingSphere?.radius ?? 0
    all.add(mesh)
  }
  const bounds = new Box3().setFromObject(all)
  const size = bounds.getSize(new Vector3()).length()
  all.position.sub(bounds.getCenter(new Vector3()))
  const light = new DirectionalLight(0xffffff, 2.2)
  scene.add(all, new AmbientLight(0xffffff, 0.7), light)

  // Millimetres, RAS+: the head is up, and the view is from the front.
  const camera = new PerspectiveCamera(35, 1, size / 100, size * 10)
  camera.up.set(0, 0, 1)
  camera.position.set(size * 0.35, size * 1.25, size * 0.4)
  const controls = new OrbitControls(camera, renderer.domElement)
  // The wheel and scrolling fingers belong to the page until the picture is activated.
  const canvas = renderer.domElement
  canvas.style.touchAction = 'pan-y'
  canvas.tabIndex = -1
  controls.enableZoom = false
  canvas.addEventListener('pointerdown', () => canvas.focus())
  canvas.addEventListener('focus', () => {
    controls.enableZoom = true
  })
  canvas.addEventListener('blur', () => {
    controls.enableZoom = false
  })
  controls.enableDamping = !matchMedia('(prefers-reduced-motion: reduce)').matches

  const resize = () => {
    const { clientWidth: width, clientHeight: height } = box
    renderer.setSize(width, height)
    camera.aspect = width / Math.max(height, 1)
    camera.updateProjectionMatrix()
  }
  const watcher = new ResizeObserver(resize)
  watcher.observe(box)
  resize()
  renderer.setAnimationLoop(() => {
    controls.update()
    light.position.copy(camera.position)
    renderer.render(scene, camera)
  })
  return {
    show(opacity: number, hidden: ReadonlySet<string>) {
      for (const mesh of all.children as Mesh<never, MeshStandardMaterial>[]) {
        mesh.visible = !hidden.has(mesh.name)
        mesh.material.opacity = opacity
        mesh.material.transparent = opacity < 1
        // Objects behind a translucent surface stay visible.
        mesh.material.depthWrite = opacity === 1
        mesh.material.needsUpdate = true
      }
    },
    end() {
      watcher.disconnect()
      renderer.setAnimationLoop(null)
      controls.dispose()
      for (const mesh of all.children as Mesh[]) (mesh.material as MeshStandardMaterial).dispose()
      renderer.dispose()
      renderer.domElement.remove()
    },
  }
}
