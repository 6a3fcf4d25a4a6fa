// Surfaces in three dimensions. three.js is large: this module is loaded when somebody opens it.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
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
import { content } from '../api/queries'
import type { ArtifactAnswer } from '../api/schema'
import { useWords } from '../i18n'
import styles from './MeshView.module.css'

interface Props {
  artifacts: readonly ArtifactAnswer[]
  colourOf: (artifact: string) => string
}

export default function MeshView({ artifacts, colourOf }: Props) {
  const { t } = useWords()
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

  useEffect(() => {
    const box = place.current
    if (!box || !surfaces.data) return
    const view = shown(box, surfaces.data, colour.current)
    return () => view.end()
  }, [surfaces.data])

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
      <figcaption>{t('mesh.help')}</figcaption>
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
    all.add(new Mesh(geometry, material))
  }
  const bounds = new Box3().setFromObject(all)
  const size = bounds.getSize(new Vector3()).length()
  all.position.sub(bounds.getCenter(new Vector3()))
  const light = new DirectionalLight(0xffffff, 2.2)
  scene.add(all, new AmbientLight(0xffffff, 0.7), light)

  // Millimetres, RAS+: the head is up, and one looks at the face.
  const camera = new PerspectiveCamera(35, 1, size / 100, size * 10)
  camera.up.set(0, 0, 1)
  camera.position.set(size * 0.35, size * 1.25, size * 0.4)
  const controls = new OrbitControls(camera, renderer.domElement)
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
