import 'fake-indexeddb/auto'
import { describe, expect, test, vi } from 'vitest'
import type { PipelineAnswer, UploadTarget } from '../../src/api/schema'
import { Problem } from '../../src/api/transport'
import { giftOf } from '../../src/pages/collect/gift'
import { commonFolder, extensionOf, litter, refusal, suited } from '../../src/upload/checks'
import { crc32 } from '../../src/upload/crc32'
import type { Destination } from '../../src/upload/destination'
import { UploadEngine } from '../../src/upload/engine'
import { own } from '../../src/upload/own'
import { type FileRecord, type JobRecord, matched, Records } from '../../src/upload/record'
import { Speed } from '../../src/upload/speed'
import type { OutgoingFile, Reports } from '../../src/upload/transport'

// Uppy sends in browsers alone. Here the API refuses to sign what is sent.
vi.mock('../../src/upload/transport', () => ({
  Transport: class {
    carried = 0
    constructor(private readonly reports: Reports) {}
    send({ index }: OutgoingFile) {
      const refusal = Object.assign(new Error(), { status: 409, code: 'not_allowed_in_state' })
      queueMicrotask(() => this.reports.failed(index, refusal))
    }
    clear() {}
  },
}))

const file = (name: string, content = 'x', lastModified = 1000) => new File([content], name, { lastModified })
const chosen = (path: string, one: File) => ({ path, file: one, size: one.size, modified: one.lastModified })
const media = {
  name: 'media',
  extensions: ['.jpg', '.mp4'],
  bare_names: null,
  max_bytes: 10,
} as PipelineAnswer
const volumes = {
  name: 'volume',
  extensions: ['.nii', '.gz', '.nii.gz', '.zip'],
  bare_names: null,
  max_bytes: 100,
} as PipelineAnswer

describe('checks before anything is sent', () => {
  test('the longest extension counts, whatever its case', () => {
    expect(extensionOf('knee.NII.GZ', volumes)).toBe('.nii.gz')
    expect(extensionOf('knee.txt', volumes)).toBeNull()
  })

  test('a slice without an extension is taken where the pipeline takes such names', () => {
    const scanner = { ...volumes, bare_names: '[^.]+|[0-9.]*\\.\\d+' }
    expect(extensionOf('CD/IM000001', scanner)).toBe('')
    expect(extensionOf('CD/1.2.840.5', scanner)).toBe('')
    expect(extensionOf('CD.1/notes.docx', scanner)).toBeNull()
    expect(extensionOf('CD/IM000001', volumes)).toBeNull()
    expect(refusal(chosen('CD/IM000001', file('IM000001')), scanner)).toBeNull()
  })

  test('each refusal has its reason', () => {
    expect(refusal(chosen('a.jpg', file('a.jpg')), media)).toBeNull()
    expect(refusal(chosen('a.txt', file('a.txt')), media)).toBe('type')
    expect(refusal(chosen('a.jpg', file('a.jpg', '')), media)).toBe('empty')
    expect(refusal(chosen('a.jpg', file('a.jpg', 'x'.repeat(11))), media)).toBe('size')
    expect(refusal(chosen(`${'d/'.repeat(600)}a.jpg`, file('a.jpg')), media)).toBe('name')
  })

  test('what systems leave in folders is left out', () => {
    expect(['.DS_Store', 'a/Thumbs.db', '__MACOSX/a/b.jpg', 'a/._b.jpg'].every(litter)).toBe(true)
    expect(litter('a/b.jpg')).toBe(false)
  })

  test('the pipeline that takes most of the files is proposed', () => {
    const files = ['a.nii', 'b.zip', 'c.jpg'].map((path) => chosen(path, file(path)))
    expect(suited(files, [media, volumes])?.name).toBe('volume')
  })

  test('a job is named after the folder that all of its files share', () => {
    expect(commonFolder(['Italy/1/a.jpg', 'Italy/b.jpg'])).toBe('Italy')
    expect(commonFolder(['Italy/a.jpg', 'b.jpg'])).toBeNull()
    expect(commonFolder(['a.jpg'])).toBeNull()
    expect(commonFolder(['Italy/a.jpg', 'Italy 2/b.jpg'])).toBeNull()
  })
})

describe('checksums', () => {
  test('CRC-32 is the one of zip and S3, at every length around a step', () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926)
    expect(crc32(bytes(''))).toBe(0)
    expect(crc32(bytes('a'))).toBe(0xe8b7be43)
    expect(crc32(bytes('abc'))).toBe(0x352441c2)
    expect(crc32(bytes('abcd'))).toBe(0xed82cd11)
    expect(crc32(bytes('abcde'))).toBe(0x8587d865)
  })
})

describe('speed', () => {
  test('nothing is said until it can be known', () => {
    const speed = new Speed()
    speed.mark(0, 0)
    speed.mark(2000, 2000)
    expect(speed.rate()).toBeNull()
    expect(speed.left(1000)).toBeNull()
    speed.mark(4000, 4000)
    expect(speed.rate()).toBe(1000)
    expect(speed.left(5000)).toBe(5)
  })

  test('only the last seconds count', () => {
    const speed = new Speed()
    for (let second = 0; second <= 60; second++)
      speed.mark(second * 1000, second <= 40 ? second * 100 : 4000 + (second - 40) * 1000)
    expect(speed.rate()).toBe(1000)
  })

  test('a line that stands still promises nothing', () => {
    const speed = new Speed()
    for (let second = 0; second <= 20; second++) speed.mark(second * 1000, 500)
    expect(speed.left(1000)).toBeNull()
  })
})

describe('what is remembered of an upload', () => {
  const job: JobRecord = {
    jobId: 'one',
    pipeline: 'media',
    name: 'Italy',
    options: {},
    total: 2,
    announced: 2,
    sealed: true,
    beganAt: 1,
  }
  const row = (index: number, more: Partial<FileRecord> = {}): FileRecord => ({
    ...{
      jobId: 'one',
      index,
      path: `Italy/${index}.jpg`,
      size: 1,
      modified: 1000,
      type: 'image/jpeg',
      sent: false,
    },
    ...more,
  })

  test('a reload finds the job, its files, and the bytes of those that were not sent', async () => {
    const records = new Records()
    await records.begin(job, [row(0), row(1)])
    await records.keep('one', 0, new Blob(['a']))
    await records.keep('one', 1, new Blob(['b']))
    await records.files([row(0, { sent: true })])

    const again = new Records()
    expect(await again.unfinished()).toEqual([job])
    expect((await again.filesOf('one')).map((one) => one.sent)).toEqual([true, false])
    expect([...(await again.bytesOf('one')).keys()]).toEqual([1])
    await again.forget('one')
    expect(await again.unfinished()).toEqual([])
    expect(await again.filesOf('one')).toEqual([])
    expect((await again.bytesOf('one')).size).toBe(0)
  })

  test('a gift is remembered for its own share alone, and until that ends', async () => {
    const records = new Records()
    await records.begin(job, [row(0)])
    await records.begin({ ...job, jobId: 'gift', share: 'token', until: 5000 }, [row(0, { jobId: 'gift' })])
    const visit = { token: 'token', pass: '' }
    const here = async (destination: Destination, now: number) =>
      (await records.unfinished(now)).filter((one) => destination.owns(one)).map((one) => one.jobId)
    expect(await here(own, 4999)).toEqual(['one'])
    expect(
      await here(
        giftOf(() => visit),
        4999,
      ),
    ).toEqual(['gift'])
    expect(
      await here(
        giftOf(() => ({ ...visit, token: 'another' })),
        4999,
      ),
    ).toEqual([])
    expect(
      await here(
        giftOf(() => visit),
        5000,
      ),
    ).toEqual([])
    expect(await records.filesOf('gift')).toEqual([])
    await records.forget('one')
  })

  test('files that are chosen again are known by path, size and time, or by name where the path is another', () => {
    const wanted = [row(0), row(1), row(2)]
    const found = matched(wanted, [
      chosen('Italy/0.jpg', file('0.jpg')),
      chosen('1.jpg', file('1.jpg')),
      chosen('Italy/2.jpg', file('2.jpg', 'x', 2000)),
    ])
    expect([...found.keys()]).toEqual([0, 1])
  })
})

test('a file that the API no longer awaits was sent only if it is there: the job may have been cancelled', async () => {
  const destination: Destination = {
    ...own,
    compares: false,
    arrived: async (one) => {
      if (one.index === 2) throw new Problem('unreachable', 0, '')
      if (one.index === 3) throw new Problem('job_not_found', 404, '')
      return one.index === 0
    },
    announce: async (_, files) => ({
      id: 'cancelled',
      uploads: files.map(({ index }, position) => ({ file_id: `${index}`, position })) as UploadTarget[],
    }),
  }
  const upload = new UploadEngine(destination)
  upload.start(
    media,
    {},
    ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].map((name) => chosen(name, file(name))),
    '',
    new Map(),
  )
  await vi.waitFor(() => expect(upload.phase).toBe('incomplete'))
  expect(upload.items.map(({ state, error }) => [state, error])).toEqual([
    ['sent', null],
    ['failed', 'over'],
    ['failed', 'offline'],
    ['failed', 'over'],
  ])
  upload.reset()
  await new Records().forget('cancelled')
})

describe('an upload that a reload interrupts', () => {
  test('repeats an announcement that was not answered as it was, and no other', async () => {
    const asked: { job: string; files: string[]; more: boolean }[] = []
    const destination: Destination = {
      ...own,
      compares: false,
      arrived: () => new Promise(() => undefined),
      current: async (job) => job,
      announce(job, files, more) {
        asked.push({ job: job.jobId, files: files.map((one) => one.path), more })
        if (asked.length === 2) return new Promise(() => undefined)
        const uploads = files.map(({ index }, position) => ({ file_id: `lost-${index}`, position }))
        return Promise.resolve({ id: 'lost', uploads: uploads as UploadTarget[] })
      },
    }
    const files = Array.from({ length: 45 }, (_, n) => chosen(`${n}.jpg`, file(`${n}.jpg`)))
    new UploadEngine(destination).start(media, {}, files, 'Italy', new Map())
    await vi.waitFor(() => expect(asked).toHaveLength(2))

    // Bytes are kept by browsers alone: here all files have to be chosen again.
    const again = new UploadEngine(destination)
    await again.goOn((await again.unfinished())!)
    await vi.waitFor(() => expect(again.items.every((one) => one.fileId)).toBe(true))
    expect(again.count('missing')).toBe(45)
    again.supply(files)
    expect(again.count('missing')).toBe(0)
    await vi.waitFor(async () => expect((await again.unfinished())?.pending).toBeUndefined())
    expect(asked[2]).toEqual(asked[1])
    expect(asked).toHaveLength(3)
    expect(asked[1]).toEqual({
      job: 'lost',
      files: ['40.jpg', '41.jpg', '42.jpg', '43.jpg', '44.jpg'],
      more: false,
    })
    again.reset()
  })
})
