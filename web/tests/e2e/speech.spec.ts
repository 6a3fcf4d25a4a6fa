import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { pretend, ranged } from './pretended'
import { accessible, completed, expect, family, fits, send, test } from './world'

const python = process.env.MILLRACE_PYTHON ?? new URL('../../../.venv/bin/python', import.meta.url).pathname
const SECONDS = 12
const RATE = 8000

/** A tone that swells and fades every second, as a wave file. */
function tone(): Buffer {
  const samples = new Int16Array(SECONDS * RATE)
  for (let n = 0; n < samples.length; n++)
    samples[n] = 12_000 * Math.sin((2 * Math.PI * 220 * n) / RATE) * Math.sin((Math.PI * n) / RATE) ** 2
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(2 * RATE, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}

const said = ['down', 'by', 'the', 'quay', 'where', 'boats', 'lie', 'moored', 'until', 'the', 'tide', 'turns']
const words = said.map((label, n) => ({
  label,
  start: n + 0.1,
  end: n + 0.9,
  confidence: n === 7 ? 0.21 : 0.93,
  kind: 'word',
  guessed: n === 3,
  phones: ['AA', 'B', 'K'].map((phone, at) => ({
    label: phone,
    start: n + 0.1 + (0.8 * at) / 3,
    end: n + 0.1 + (0.8 * (at + 1)) / 3,
    confidence: 0.9,
  })),
}))
const alignment = {
  language: 'en_US',
  phones: 'arpabet',
  warnings: [],
  missing_words: [],
  recordings: [
    {
      recording: 'quay.wav',
      transcript: 'quay.txt',
      seconds: SECONDS,
      verdict: 'suspect',
      message: '2 of 12 words are unsure.',
      reasons: [{ code: 'many_unsure', message: '2 of 12 words are unsure.', count: 2, total: 12 }],
      warnings: [],
      speakers: [
        {
          name: 'Anna',
          utterances: [{ text: said.join(' '), start: 0, end: SECONDS, unspoken: ['gently'], words }],
        },
      ],
    },
    {
      recording: 'silence.wav',
      transcript: null,
      seconds: 3,
      verdict: 'failed',
      message: 'There is no transcript of that name.',
      warnings: [],
      speakers: [],
    },
  ],
}

/** Zipped like the pipeline's results: recordings are stored beside the findings. */
function zipped(path: string): Buffer {
  const script = [
    'import sys, zipfile',
    'with zipfile.ZipFile(sys.argv[1], "w") as made:',
    '    made.writestr("audio/quay.wav", b"0" * 200_000)',
    '    made.writestr("alignment.json", sys.stdin.read())',
    '    made.writestr("README.txt", "nothing")',
  ].join('\n')
  execFileSync(python, ['-c', script, path], { input: JSON.stringify(alignment) })
  return readFileSync(path)
}

async function speech(
  page: Page,
  path: string,
  more: { status?: object; job?: object } = {},
): Promise<string> {
  await send(page, family().slice(0, 2))
  await completed(page)
  const job = page.url().split('/').at(-1)!.split('?')[0]!
  await pretend(page, job, {
    pipeline: 'speech',
    job: { options: { language: 'en_US' }, result: { summary: '', warnings: [] }, ...more.job },
    ...(more.status ? { status: more.status } : {}),
    files: (_, n) => ({
      original_filename: ['quay.wav', 'silence.wav'][n],
      content_type: 'audio/wav',
      status: 'inspected',
      verdict: ['suspect', 'failed'][n],
      thumbnail: null,
    }),
    artifacts: {
      complete: { filename: 'speech_aligned.zip', type: 'application/zip', body: zipped(path) },
      missing_dict: {
        filename: 'missing_words.dict',
        type: 'text/plain',
        body: 'quay\tK W EY\nmoored\tM UH R D\n# xyzzy\t\n',
      },
    },
  })
  const wave = tone()
  await page.route(/\/api\/files\/[^/]+\/original/, (route) =>
    route.fulfill({
      json: { url: '/pretended/quay.wav', expires_at: '2036-01-01T00:00:00Z', size_bytes: wave.length },
    }),
  )
  await page.route('**/pretended/quay.wav', (route) => ranged(route, 'audio/wav', wave))
  await page.reload()
  return job
}

for (const [width, scheme] of [
  [390, 'dark'],
  [1440, 'light'],
] as const)
  test(`a recording is shown with its words, of which any is played, at ${width} pixels`, async ({
    page,
    complaints,
  }, info) => {
    expect(complaints).toEqual([])
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: scheme })
    await speech(page, info.outputPath('aligned.zip'))
    await expect(page.getByRole('heading', { name: 'quay.wav' })).toBeVisible()
    const canvas = page.getByRole('img', { name: '0:00.0 to 0:08.0, 8 words' })
    await expect(canvas).toBeVisible()
    const shown = page.getByRole('list', { name: 'Words in view' })
    await expect(shown.getByRole('button')).toHaveCount(8)
    await expect(shown.getByRole('button', { name: /unsure/ })).toHaveText([/quay/, /moored/])
    // Pixels in the sound's colour are drawn where the sound is.
    await expect
      .poll(() =>
        canvas.evaluate((element: HTMLCanvasElement) => {
          const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, 40)
          let drawn = 0
          for (let n = 3; n < data.length; n += 4) if (data[n]) drawn++
          return drawn
        }),
      )
      .toBeGreaterThan(500)
    await shown.getByRole('button', { name: 'where' }).click()
    await expect(shown.getByRole('button', { name: 'where' })).toHaveAttribute('aria-pressed', 'true')
    const sound = () => page.locator('audio').evaluate((one: HTMLAudioElement) => one.currentTime)
    await expect.poll(sound).toBeGreaterThanOrEqual(4.05)
    // Playing ends with the word.
    await page.waitForTimeout(1500)
    expect(await sound()).toBeLessThan(5.3)

    await page.getByRole('button', { name: 'Next of 2 unsure words' }).click()
    await expect(shown.getByRole('button', { name: /moored/ })).toHaveAttribute('aria-pressed', 'true')
    await page.getByLabel('Position in the recording').fill('4')
    await expect(page.getByRole('img', { name: '0:04.0 to 0:12.0, 8 words' })).toBeVisible()
    await expect(page.getByText('1 word was not heard: gently')).toBeVisible()
    await expect(page.getByRole('row', { name: /silence.wav/ })).toContainText('no transcript')
    await accessible(page)
    await fits(page)
  })

test('the reasons of a verdict are in the reader’s language', async ({ page }, info) => {
  await speech(page, info.outputPath('aligned.zip'))
  await page.evaluate(() => localStorage.setItem('millrace.language', 'de'))
  await page.reload()
  await expect(page.getByRole('row', { name: /quay.wav/ })).toContainText('2 von 12 Wörtern sind unsicher.')
})

test('a boundary is dragged and typed, saved, and there again after a reload', async ({
  page,
  complaints,
}, info) => {
  expect(complaints).toEqual([])
  await page.setViewportSize({ width: 1440, height: 900 })
  const job = await speech(page, info.outputPath('aligned.zip'))
  let kept: string | null = null
  await page.route('**/api/user-data?kind=alignment', (route) =>
    route.fulfill({ json: { items: kept === null ? [] : [{ kind: 'alignment', name: job }] } }),
  )
  await page.route(`**/api/user-data/alignment/${job}`, (route) => {
    const request = route.request()
    if (request.method() === 'GET') return route.fulfill({ json: { text: kept }, headers: { ETag: '"1"' } })
    kept = (request.postDataJSON() as { text: string }).text
    return route.fulfill({ json: {} })
  })
  await page.reload()
  const canvas = page.getByRole('img', { name: '0:00.0 to 0:08.0, 8 words' })
  await expect(canvas).toBeVisible()
  const box = (await canvas.boundingBox())!
  // The end of the third word, among the words: from 2.9 to 2.6 seconds.
  const x = (seconds: number) => box.x + (seconds / 8) * box.width
  await page.mouse.move(x(2.9), box.y + 110)
  await page.mouse.down()
  await page.mouse.move(x(2.7), box.y + 110, { steps: 4 })
  await page.mouse.move(x(2.65), box.y + 110)
  await page.mouse.up()
  await expect(page.getByText('1 word moved by hand')).toBeVisible()
  // A pointer that moves more often than the page is drawn: no part of its path is lost.
  await canvas.evaluate(
    (element, [y, ...way]) => {
      const say = (type: string, clientX: number, buttons: number) =>
        element.dispatchEvent(
          new PointerEvent(type, {
            clientX,
            clientY: y!,
            buttons,
            pointerId: 1,
            bubbles: true,
            pointerType: 'mouse',
          }),
        )
      element.setPointerCapture = () => undefined
      say('pointerdown', way[0]!, 1)
      for (const at of way) say('pointermove', at, 1)
      say('pointerup', way.at(-1)!, 0)
    },
    [box.y + 110, ...[2.65, 2.7, 2.8, 2.85, 2.8].map(x)],
  )
  await page.getByRole('list', { name: 'Words in view' }).getByRole('button', { name: 'where' }).click()
  await page.getByLabel('Start').fill('4.2')
  await expect(page.getByText('2 words moved by hand')).toBeVisible()
  await accessible(page)
  await fits(page)
  await page.getByRole('button', { name: 'Save the boundaries' }).click()
  // The button is also disabled during saving.
  await expect.poll(() => kept).not.toBeNull()
  await expect(page.getByRole('button', { name: 'Save the boundaries' })).toBeDisabled()
  const saved = JSON.parse(kept!)['quay.wav'][0]
  expect(Object.keys(saved)).toEqual(['2', '4'])
  expect(Math.abs(saved[2][1] - 2800)).toBeLessThan(15)
  expect(saved[2].at(-1)).toBe(saved[2][1])
  expect(saved[4].slice(0, 3)).toEqual([4200, 4900, 4200])

  await page.reload()
  await expect(page.getByText('2 words moved by hand')).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'TextGrid with these boundaries' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('quay.TextGrid')
  const text = readFileSync(await file.path(), 'utf8')
  expect(text).toContain('xmin = 4.2 \n            xmax = 4.9 \n            text = "where"')
  await page.getByRole('button', { name: 'Reset to the detected boundaries' }).click()
  await expect(page.getByText('0 words moved by hand')).toBeVisible()
})

test('a boundary moved during a save stays to be saved, and no turn of a wheel is lost', async ({
  page,
}, info) => {
  const job = await speech(page, info.outputPath('aligned.zip'))
  const kept: { text: string; send: () => Promise<void> }[] = []
  await page.route('**/api/user-data?kind=alignment', (route) => route.fulfill({ json: { items: [] } }))
  await page.route(`**/api/user-data/alignment/${job}`, (route) => {
    const { text } = route.request().postDataJSON() as { text: string }
    kept.push({ text, send: () => route.fulfill({ json: {} }) })
  })
  await page.reload()
  await page.getByRole('list', { name: 'Words in view' }).getByRole('button', { name: 'where' }).click()
  await page.getByLabel('Start').fill('4.2')
  const save = page.getByRole('button', { name: 'Save the boundaries' })
  await save.click()
  await expect.poll(() => kept.length).toBe(1)
  await page.getByLabel('Start').fill('4.3')
  await kept[0]!.send()
  await expect(save).toBeEnabled()
  await expect(page.getByLabel('Start')).toHaveValue('4.300')
  await save.click()
  await expect.poll(() => kept.length).toBe(2)
  await kept[1]!.send()
  await expect(save).toBeDisabled()
  expect(kept.map(({ text }) => JSON.parse(text)['quay.wav'][0][4][0])).toEqual([4200, 4300])

  await page.getByLabel('Position in the recording').fill('0')
  const canvas = page.getByRole('img', { name: '0:00.0 to 0:08.0, 8 words' })
  await expect(canvas).toBeVisible()
  await canvas.evaluate((element) => {
    const { left, width } = element.getBoundingClientRect()
    const turn = (change: WheelEventInit) =>
      element.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ...change }))
    // Half as long around the middle, in four turns; then two seconds on, also in four.
    for (let n = 0; n < 4; n++) turn({ ctrlKey: true, deltaY: -50 * Math.log(2), clientX: left + width / 2 })
    for (let n = 0; n < 4; n++) turn({ deltaX: width / 8 })
  })
  await expect(page.getByRole('img', { name: /^0:04.0 to 0:08.0/ })).toBeVisible()
})

test('a job that waits for pronunciations takes them, keeps them and goes on', async ({ page }, info) => {
  const job = await speech(page, info.outputPath('aligned.zip'), {
    status: {
      status: 'paused',
      waiting_for: { code: 'missing_words', message: '3 words have no pronunciation (quay, moored, xyzzy).' },
    },
  })
  const asked: { method: string; path: string; body: unknown }[] = []
  await page.route('**/api/user-data/dictionary/en_US', (route) => {
    const request = route.request()
    if (request.method() === 'GET')
      return route.fulfill({ json: { text: 'tide\tT AY D\nquay\tK W EY\n' }, headers: { ETag: '"1"' } })
    asked.push({ method: request.headers()['if-match']!, path: 'dictionary', body: request.postDataJSON() })
    return route.fulfill({ json: {} })
  })
  await page.route(`**/api/jobs/${job}/control`, (route) => {
    asked.push({ method: 'POST', path: 'control', body: route.request().postDataJSON() })
    return route.fulfill({ json: {} })
  })
  await expect(page.getByRole('status').filter({ hasText: 'The job is waiting for you' })).toContainText(
    'xyzzy',
  )
  await page.getByRole('tab', { name: 'Missing words' }).click()
  const goOn = page.getByRole('button', { name: 'Save and continue' })
  await expect(goOn).toBeDisabled()
  await page.getByLabel('Pronunciation of quay').fill('K IY')
  await page.getByLabel('Pronunciation of xyzzy').fill('Z IH  Z IY')
  await accessible(page)
  await goOn.click()
  await expect.poll(() => asked).toHaveLength(2)
  expect(asked).toEqual([
    {
      method: '"1"',
      path: 'dictionary',
      body: { text: 'tide\tT AY D\nquay\tK IY\nmoored\tM UH R D\nxyzzy\tZ IH Z IY\n' },
    },
    { method: 'POST', path: 'control', body: { action: 'resume' } },
  ])
})
