// Files that another program shared with this one: the service worker stores them, and they are taken once.
const SHARED = 'millrace-shared'

export async function takeShared(): Promise<File[]> {
  if (!('caches' in window) || !(await caches.has(SHARED))) return []
  const cache = await caches.open(SHARED)
  const found: File[] = []
  for (const request of await cache.keys()) {
    const answer = await cache.match(request)
    if (!answer) continue
    const name = decodeURIComponent(answer.headers.get('X-Name') ?? '') || 'shared'
    const lastModified = Number(answer.headers.get('X-Modified')) || Date.now()
    const blob = await answer.blob()
    found.push(new File([blob], name, { type: blob.type, lastModified }))
  }
  await caches.delete(SHARED)
  return found
}
