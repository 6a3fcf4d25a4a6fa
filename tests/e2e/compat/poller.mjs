// A front end of the speech system: polls until none of its tasks is active, then downloads the results of the first one.
// Its addresses are those of the page, so fetch is wrapped to add the base address and the sign-in.
const [base, token, userId] = process.argv.slice(2)
const fetchThere = globalThis.fetch
globalThis.fetch = (address, options = {}) =>
  fetchThere(base + address, {
    ...options,
    headers: { ...options.headers, Authorization: `Bearer ${token}` },
  })

const ACTIVE = ['uploading', 'uploaded', 'aligned']
const seen = []

const pollUploadStatus = async () => {
  const response = await fetch(`/api/v1/upload/status?user_id=${userId}`)
  const data = await response.json()
  if (data.status !== 'success') throw new Error(data.message)
  const tasks = data.data.tasks
  seen.push(tasks[0].task_status)
  if (tasks.some((task) => ACTIVE.includes(task.task_status))) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    return pollUploadStatus()
  }
  return tasks
}

const handleDownload = async (taskId, downloadType) => {
  const response = await fetch(`/api/v1/tasks/${taskId}/download/${downloadType}`)
  if (!response.ok) throw new Error((await response.json()).message)
  const blob = await response.blob()
  const name = response.headers.get('Content-Disposition')?.split('filename=')[1] || 'download'
  return { name, size: blob.size }
}

const tasks = await pollUploadStatus()
const complete = await handleDownload(tasks[0].task_id, 'complete')
const wrong = await handleDownload('no-such-task', 'complete').catch((error) => error.message)
console.log(JSON.stringify({ seen, tasks, complete, wrong }))
