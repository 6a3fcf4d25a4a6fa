// The modules of the first screen's two files: its packages, and its own code. Left to itself, the bundler cuts them
// into forty, most below a kilobyte, since other pages share them. Neither the packages nor the modules left to the
// bundler may import the code: files that import each other would run before their imports are loaded.
import { firstScreen } from './words'

// The entry stays separate, or its file would have no name of its own in the document.
const sources = firstScreen({ lazy: false })
for (const path of sources.keys()) if (path.endsWith('/main.tsx')) sources.delete(path)
const PACKAGES =
  /\/node_modules\/(react|react-dom|scheduler|react-router|@tanstack\/[\w-]+|idb)\/|lucide-react\/dist\/esm\/(?!icons\/|lucide-react)/
const HELPERS = ['\0virtual:words/first', '\0vite/preload-helper.js']

const icons = new Set(
  [...sources.values()]
    .flatMap((source) => [...source.matchAll(/import \{([^}]+)\} from 'lucide-react'/g)])
    .flatMap(([, names]) => names!.split(','))
    .map((name) => name.trim().split(' ')[0]!)
    .map((name) => name.replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)/g, '-').toLowerCase()),
)

export function isPackage(id: string): boolean {
  const icon = /lucide-react\/dist\/esm\/icons\/([\w-]+)\.m?js$/.exec(id)?.[1]
  return PACKAGES.test(id) || (icon !== undefined && icons.has(icon))
}

export function isOwn(id: string): boolean {
  const path = id.split('?')[0]!
  return HELPERS.includes(id) || sources.has(path) || sources.has(path.replace(/\.module\.css$/, '.tsx'))
}
