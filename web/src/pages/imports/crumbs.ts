export interface Crumb {
  name: string
  path: string
}

/** The path to a folder: its whole place, then the folders below. root null: not known yet, so the folder alone. */
export function crumbsOf(path: string, root: string | null): Crumb[] {
  if (root === null || !path.startsWith(root)) return [{ name: path, path }]
  const crumbs = [{ name: root, path: root }]
  for (const name of path.slice(root.length).split('/').slice(0, -1))
    crumbs.push({ name, path: `${crumbs.at(-1)!.path}${name}/` })
  return crumbs
}

/** The last folder of a path, as a name for its job. */
export const folderName = (path: string) => path.split('/').filter(Boolean).at(-1) ?? path
