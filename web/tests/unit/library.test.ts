import { describe, expect, test } from 'vitest'
import { Problem, type Tagged } from '../../src/api/client'
import { forEach, libraryQuery } from '../../src/api/library'
import type { FileChanges, LibraryFile } from '../../src/api/schema'
import { ChangedMeanwhile, change, MOST_TAGS, retag, withTags } from '../../src/pages/library/edits'
import { fittest, unfit } from '../../src/pages/library/taken'
import { wantedOf } from '../../src/pages/library/wanted'

const file = (more: Partial<LibraryFile> = {}): LibraryFile => ({
  id: 'job-1',
  job_id: 'job',
  original_filename: 'harbour.jpg',
  status: 'inspected',
  size_bytes: 10,
  type: 'image',
  title: null,
  description: null,
  tags: [],
  pipeline: 'media',
  created_at: '2026-01-15T09:30:00Z',
  ...more,
})

/** A store of one file that accepts a change only with its present version. */
function store(first: LibraryFile) {
  let now: Tagged<LibraryFile> = { value: first, etag: '1' }
  let before: (() => void) | null = null
  const put = (changes: Partial<LibraryFile>) => {
    now = { value: { ...now.value, ...changes }, etag: String(Number(now.etag) + 1) }
  }
  return {
    get now() {
      return now
    },
    put,
    /** An act of another user just before the next change arrives. */
    meanwhile: (act: () => void) => {
      before = act
    },
    access: {
      read: async () => now,
      write: async (changes: FileChanges, etag: string) => {
        const act = before
        before = null
        act?.()
        if (etag !== now.etag) throw new Problem('precondition_failed', 412, 'It has changed.')
        put(changes as Partial<LibraryFile>)
        return now
      },
    },
  }
}

describe('changing a file that others change too', () => {
  test('what nobody else touched is written', async () => {
    const one = store(file())
    await change(one.now, { title: 'Dusk' }, one.access)
    expect(one.now.value.title).toBe('Dusk')
  })

  test('another field, or a newly signed address, is no reason to refuse', async () => {
    const [before, after] = ['a', 'b'].map((url) => ({ url, start: 0, end: null }))
    const one = store(file({ thumbnail: before! }))
    const seen = one.now
    one.put({ thumbnail: after!, tags: ['sea'] })
    await change(seen, { title: 'Dusk' }, one.access)
    expect(one.now.value).toMatchObject({ title: 'Dusk', tags: ['sea'], thumbnail: after })
  })

  test('the same field is left as somebody else made it, and their words are handed back', async () => {
    const one = store(file())
    const seen = one.now
    one.put({ title: 'Theirs' })
    const refused = await change(seen, { title: 'Mine' }, one.access).catch((error) => error)
    expect(refused).toBeInstanceOf(ChangedMeanwhile)
    expect((refused as ChangedMeanwhile).now.value.title).toBe('Theirs')
    expect(one.now.value.title).toBe('Theirs')
    await change((refused as ChangedMeanwhile).now, { title: 'Mine' }, one.access)
    expect(one.now.value.title).toBe('Mine')
  })

  test('a tag is put beside those that others put on meanwhile', async () => {
    const one = store(file({ tags: ['sea'] }))
    const seen = one.now
    one.meanwhile(() => one.put({ tags: ['sea', 'theirs'] }))
    await retag(seen, (tags) => withTags(tags, 'mine'), one.access)
    expect(one.now.value.tags).toEqual(['sea', 'theirs', 'mine'])
  })

  test('other refusals are told, and nothing is tried for ever', async () => {
    const one = store(file())
    const refuse = { ...one.access, write: async () => Promise.reject(new Problem('forbidden', 403, 'No.')) }
    await expect(change(one.now, { title: 'x' }, refuse)).rejects.toMatchObject({ status: 403 })
    let tries = 0
    const stale = {
      ...one.access,
      write: async () => {
        tries++
        throw new Problem('precondition_failed', 412, 'Again.')
      },
    }
    await expect(retag(one.now, () => ['x'], stale)).rejects.toMatchObject({ status: 412 })
    expect(tries).toBe(4)
  })
})

describe('tags', () => {
  test('are taken with commas between, each once whatever its case, without a # before', () => {
    expect(withTags(['Sea'], 'sea, #dusk ,, two words')).toEqual(['Sea', 'dusk', 'two words'])
  })

  test('are as many and as long as the API takes', () => {
    const many = Array.from({ length: 30 }, (_, n) => `t${n}`).join()
    expect(withTags([], many)).toHaveLength(MOST_TAGS)
    expect(withTags([], 'x'.repeat(60))[0]).toHaveLength(40)
  })
})

describe('what is asked for', () => {
  test('an address that makes no sense is the plain list', () => {
    expect(wantedOf(new URLSearchParams('type=song&sort=colour'))).toEqual({
      kind: '',
      search: '',
      sort: 'newest',
    })
    expect(wantedOf(new URLSearchParams('type=video&sort=-size&q=harbour'))).toEqual({
      kind: 'video',
      search: 'harbour',
      sort: '-size',
    })
  })

  test('goes to the API in its words', () => {
    expect(libraryQuery({ kind: 'video', search: ' a b ', sort: '-size' })).toBe(
      'sort_by=size&sort_order=desc&per_page=100&type=video&search=a+b',
    )
    expect(libraryQuery({ kind: '', search: '', sort: 'taken' })).toBe(
      'sort_by=taken_at&sort_order=asc&per_page=100',
    )
  })
})

describe('doing the same to many files', () => {
  const files = Array.from({ length: 9 }, (_, n) => file({ id: `job-${n}` }))

  test('one that fails holds up none of the others, and is told of', async () => {
    const gone: string[] = []
    const counted: number[] = []
    const outcomes = await forEach(
      files,
      async ({ id }) => {
        if (id === 'job-3') throw new Problem('file_in_use', 409, 'In use.')
        gone.push(id)
      },
      (done) => counted.push(done),
    )
    expect(gone).toHaveLength(8)
    expect(counted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(outcomes.filter((one) => one.error).map((one) => one.file.id)).toEqual(['job-3'])
  })

  test('no more than four at a time', async () => {
    let going = 0
    let most = 0
    await forEach(
      files,
      async () => {
        most = Math.max(most, ++going)
        await new Promise((resolve) => setTimeout(resolve, 1))
        going--
      },
      () => undefined,
    )
    expect(most).toBe(4)
  })
})

describe('a job from files that are there', () => {
  const media = { extensions: ['.jpg', '.mp4'], bare_names: null, max_bytes: 100 }
  const volume = { extensions: ['.nii', '.nii.gz'], bare_names: null, max_bytes: 1000 }

  test('each pipeline says which it would refuse, and why', () => {
    expect(unfit(file(), media)).toBeNull()
    expect(unfit(file({ size_bytes: 101 }), media)).toBe('size')
    expect(unfit(file(), volume)).toBe('type')
    expect(unfit(file({ status: 'inspecting' }), media)).toBe('state')
  })

  test('begins with the pipeline that takes most of them', () => {
    const knees = [file(), file({ original_filename: 'a.nii.gz' }), file({ original_filename: 'B.NII' })]
    expect(fittest(knees, [media, volume])).toBe(volume)
    expect(fittest([], [])).toBeUndefined()
  })
})
