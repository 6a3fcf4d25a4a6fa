// The service worker: the page stands without a connection, and takes what other programs share. The build puts VERSION
// and FILES before it. It answers for files of the page alone: what the API says and what lies in the store, with its
// signed addresses, passes it by and is never kept.
/* global VERSION, FILES */
const KEPT = `millrace-page-${VERSION}`
const SHARED = 'millrace-shared'
const SHARED_AT_MOST = 500

addEventListener('install', (event) => {
  // `reload` past the browser's own cache for index.html; what has a hash in its name may come from there.
  const requests = FILES.map((path) =>
    path.startsWith('/assets/') ? path : new Request(path, { cache: 'reload' }),
  )
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(requests)))
})

// A new version waits until no tab shows the old one: so none loses files that it still loads.
addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('millrace-page-') && name !== KEPT)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => clients.claim()),
  )
})

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin) return
  if (request.method === 'POST' && url.pathname === '/share-target') event.respondWith(taken(request))
  else if (request.method !== 'GET' || url.pathname.startsWith('/api')) return
  else if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

/** As the server has it; without a connection, as it was when this version came. */
async function page(request) {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match('/')
    if (!kept) throw error
    return kept
  }
}

/** Its name has its digest: what was kept is what the server has. */
async function asset(request) {
  const cache = await caches.open(KEPT)
  const kept = await cache.match(request.url)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.status === 200) await cache.put(request.url, answer.clone())
  return answer
}

/** What another program shares lies here until the page takes it; nothing is sent before its user starts it. */
async function taken(request) {
  const files = (await request.formData()).getAll('files').filter((one) => one instanceof File)
  await caches.delete(SHARED)
  const cache = await caches.open(SHARED)
  for (const [n, file] of files.slice(0, SHARED_AT_MOST).entries())
    await cache.put(
      `/share-target/${n}`,
      new Response(file, {
        headers: {
          'Content-Type': file.type || 'application/octet-stream',
          'X-Name': encodeURIComponent(file.name),
          'X-Modified': String(file.lastModified),
        },
      }),
    )
  return Response.redirect('/?shared', 303)
}
