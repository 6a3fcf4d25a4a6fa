// Measures the cost of Uppy's own table of files as it grows: node scripts/uppy.mjs [FILES..]. See docs/decisions/0012.
import Uppy from '@uppy/core'

const CHANGES = 200
const counts = process.argv.slice(2).map(Number)

for (const count of counts.length ? counts : [12, 1000, 5000]) {
  const uppy = new Uppy()
  const began = performance.now()
  uppy.addFiles(
    Array.from({ length: count }, (_, n) => ({
      name: `photo ${n}.jpg`,
      type: 'image/jpeg',
      data: new Blob(['x']),
      meta: { relativePath: `folder/${n}` },
    })),
  )
  const added = performance.now()
  const ids = uppy.getFiles().map((file) => file.id)
  for (let n = 0; n < CHANGES; n++) uppy.setFileState(ids[n % ids.length], { progress: { bytesUploaded: n } })
  const change = (performance.now() - added) / CHANGES
  console.log(
    `${count} files: added in ${(added - began).toFixed(0)} ms, a change of one ${change.toFixed(3)} ms`,
  )
}
