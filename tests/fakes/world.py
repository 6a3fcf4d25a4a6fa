"""The core with its surroundings: two small pipelines, a clock that stands still, queues that deliver on demand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, Field

from chalicelib.files.source import SourceFile
from chalicelib.jobs import keys
from chalicelib.jobs.changes import Change, FileRecord, JobRecord
from chalicelib.jobs.core import Core
from chalicelib.jobs.intake.closing import Closing
from chalicelib.jobs.intake.deliveries import message
from chalicelib.jobs.intake.dropfolder import DropFolders
from chalicelib.jobs.intake.importing import Importer, Root
from chalicelib.jobs.intake.multipart import Multipart
from chalicelib.jobs.intake.slips import Slips
from chalicelib.jobs.intake.uploads import Announced, Intake
from chalicelib.jobs.library.control import Control
from chalicelib.jobs.library.deletion import Deletion
from chalicelib.jobs.library.filebin import FileBin
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.limits import Limits
from chalicelib.jobs.model import File, Job, StoredObject
from chalicelib.jobs.sweeper import Sweeper
from chalicelib.jobs.work.inspection import Inspector
from chalicelib.jobs.work.running import Runner
from chalicelib.jobs.work.settling import Settling
from chalicelib.jobs.work.slices import Slices
from chalicelib.pipelines.base import (
    FileRules,
    Inspection,
    Member,
    OptionRefused,
    PipelineFailed,
    RunContext,
    Step,
    UnreadableFile,
)
from chalicelib.pipelines.listing import Column, Columns
from chalicelib.pipelines.workers import Workers
from tests.fakes.jobs import BEGIN, MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.queues import Queue

OWNER, STRANGER = "user-1", "user-2"
BUCKET = "own-bucket"
ROOTS = ("import/", "s3://elsewhere/shared/")
LIMITS = Limits(multipart_from=64 * 1024 * 1024)


class Crash(BaseException):
    """The process dies here: no handler of the core may run."""


class Options(BaseModel):
    tone: int = Field(1, ge=1, le=9)
    retain_results: bool = True
    levels: list[float] | None = None
    voice: str | None = None


class Toy:
    """Takes .txt. The first bytes of a file decide its fate: bad, poison (kills its worker), broken.

    per_file: True works like media, False like all other pipelines. Steps are recorded as they begin, and `during` is
    called at each of their clean points.
    """

    description = "for tests"
    title = "Toy"
    accepts = FileRules((".txt",), 40 * 1024 * 1024, ("labels",))
    workers = Workers()
    listing = Columns((Column("confidence", "confidence", ("high", "medium", "low", "none")),))
    kind = None
    Options = Options

    def __init__(self, name: str, per_file: bool) -> None:
        self.name = name
        self.per_file = per_file
        self.steps = (Step("Pair", self._pair), Step("Zip", self._zip, 3.0))
        self.begun: list[tuple[str, str]] = []
        self.inspected: list[str] = []
        self.during: Callable[[str], None] = lambda step: None
        self.fails: str | None = None

    def check(self, options: Options, models: Callable[[str], Sequence[str]]) -> None:
        if options.voice and options.voice not in (there := models("voices")):
            raise OptionRefused("voice", f"There is no such voice here. There are: {', '.join(there) or 'none'}.")

    def inspect(self, file: SourceFile, options: Options) -> Inspection:
        self.inspected.append(file.name)
        head = file.head()
        if head.startswith(b"poison"):
            raise Crash
        if head.startswith(b"broken"):
            raise RuntimeError("a fault of ours")
        if head.startswith(b"bad"):
            raise UnreadableFile("unreadable", "It is bad.")
        file.load()
        thumbnail = b"a thumbnail" if head.startswith(b"picture") else None
        return Inspection("text/plain", {"tone": options.tone, "length": file.size}, thumbnail)

    def _pair(self, job: RunContext) -> None:
        self._begin(job, "Pair")
        first: dict[str | None, int] = {}
        kept = {}
        for file in job.files():
            if file.state == "inspected" and first.setdefault(file.sha256, file.number) != file.number:
                kept[file.number] = first[file.sha256]
        job.save("kept", repr(kept).encode())
        job.progress(50.0)
        job.mark_duplicates(kept)

    def share(self) -> None:
        """Adds a step between the two, divided into as many slices as the job has files."""
        pair, zipped = self.steps
        self.steps = (
            pair,
            Step("Share", lambda job: self._begin(job, "Share"), 1.0, slices=_parts, work=self._part),
            zipped,
        )

    def _part(self, job: RunContext, number: int) -> None:
        self.during("Share")
        file = list(job.files())[number]
        job.verdict(file, file.state)
        job.save(f"part-{number}", str(file.size).encode())

    def _zip(self, job: RunContext) -> None:
        self._begin(job, "Zip")
        for number in range(_parts(job) if len(self.steps) > 2 else 0):
            job.load(f"part-{number}")
        left_out = eval(job.load("kept").read_bytes())
        members = [
            Member(f"{file.number:04d}.txt", job.checksum(file))
            for file in job.files()
            if file.state == "inspected" and file.number not in left_out
        ]
        job.progress(50.0)
        job.archive("complete", "results.zip", members)
        job.result(f"{len(members)} files", 1.0, {"members": len(members)})

    def _begin(self, job: RunContext, step: str) -> None:
        self.begun.append((job.job_id, step))
        self.during(step)
        if self.fails == step:
            raise PipelineFailed("toy_failed", "It can't be done.")
        job.progress(1.0)


def _parts(job: RunContext) -> int:
    return len(list(job.files()))


class Chores:
    """A work without files, whose steps the test sets."""

    name, title, description = "chores", "Chores", "for tests"
    Options = Options
    workers = Workers()

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.steps: tuple[Step, ...] = (Step("Sweep", lambda job: self.begun.append(job.job_id)),)

    def check(self, options: Options, models: Callable[[str], Sequence[str]]) -> None:
        """Accepts all options."""


class MemoryUserData:
    """Fulfils chalicelib.jobs.ports.outside.UserData."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, str], bytes] = {}

    def get(self, owner_id: str, kind: str, name: str) -> bytes | None:
        return self.stored.get((owner_id, kind, name))


class World:
    """jobs, objects: stores in place of the fakes. wrap: wraps each store and the queue, by name."""

    def __init__(
        self,
        *,
        jobs: Any = None,
        limits: Limits = LIMITS,
        wrap: Callable[[str, Any], Any] = lambda name, thing: thing,
        drop_owner: str | None = OWNER,
    ) -> None:
        self.now = BEGIN
        self.limits = limits
        self._ids = count(1)
        self.photos, self.scans = Toy("photos", True), Toy("scans", False)
        self.pipelines: dict[str, Any] = {"photos": self.photos, "scans": self.scans}
        self.chores = Chores()
        self.works: dict[str, Any] = {**self.pipelines, "chores": self.chores}
        self.user_data = MemoryUserData()
        self.jobs = jobs if jobs is not None else MemoryJobs(self.clock)
        self.queue = Queue(self.clock)
        self.objects = MemoryObjects(self.clock, self.tell)
        self.lost: Callable[[StoredObject], bool] = lambda seen: False
        wrapped, objects, queue = wrap("jobs", self.jobs), wrap("objects", self.objects), wrap("queues", self.queue)
        self.core = core = Core(wrapped, objects, queue, self.works, limits, self.clock, self.new_id)
        self.owned = Owned(wrapped)
        self.settling = Settling(core)
        self.intake = Intake(core, self.owned, self.settling)
        self.invoked: list[dict[str, Any]] | None = None
        self.slices = Slices(core, self)
        self.multipart = Multipart(wrapped, objects, self.owned, limits, self.clock)
        self.control = Control(core, self.owned, self.settling, self.slices)
        self.users = {OWNER, STRANGER}

        def owner_of(named: str | None) -> str | None:
            return drop_owner if named is None else named if named in self.users else None

        self.slips = Slips(objects, self.pipelines, owner_of)
        self.drops = DropFolders(core, self.intake, self.settling, owner_of)
        self.closing = Closing(core, self.drops, self.settling)
        roots = [Root.parse(root, BUCKET) for root in ROOTS]
        self.importer = Importer(core, self.intake, self.settling, self.closing, roots, BUCKET)
        self.deletion = Deletion(core, self.owned, self.control)
        self.file_bin = FileBin(core, self.owned, self.deletion)
        self.inspector = Inspector(core, self.settling, self.drops, self.pipelines)
        self.runner = Runner(core, self.objects, self.user_data, self.settling, self.slices)
        self.sweeper = Sweeper(core, self.control, self.settling, self.drops, self.slices)

    def invoke(self, place: str, messages: Iterable[Mapping[str, Any]]) -> None:
        """Takes invocations as Lambda does: they stay in `invoked` until a test calls them; with None, all are lost."""
        if self.invoked is not None:
            self.invoked += messages

    # -- time and ids ------------------------------------------------------------------------------------------------

    def clock(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def new_id(self) -> str:
        return f"{next(self._ids):026d}"

    def deadline(self, seconds: float = 900) -> datetime:
        return self.now + timedelta(seconds=seconds)

    # -- clients and S3 ----------------------------------------------------------------------------------------------

    def tell(self, seen: StoredObject) -> None:
        """S3's notification, for the prefixes that have one."""
        root, _, rest = seen.key.partition("/")
        if root in {"uploads", "drop"} and not self.lost(seen):
            self.queue.send(f"inspect-{rest.partition('/')[0]}", event(seen))

    def open(self, *contents: bytes, pipeline: str = "photos", upload: bool = True, **more: Any) -> Job:
        """A job for files with these contents, which are uploaded at once by default."""
        files = [Announced(f"{i}.txt", len(content)) for i, content in enumerate(contents, 1)]
        job, _ = self.intake.open_job(more.pop("owner", OWNER), pipeline, {}, files, **more)
        if upload:
            for i, content in enumerate(contents, 1):
                self.upload(job, i, content)
        return job

    def upload(self, job: Job, number: int, content: bytes) -> None:
        self.objects.put(keys.upload(job.pipeline, job.id, number), content, "text/plain")

    def drop(self, batch: str, **contents: bytes) -> None:
        for name, content in contents.items():
            self.objects.put(f"drop/{batch}/{name.replace('__', '.')}", content, "text/plain")

    def set_file(self, file: File, **fields: Any) -> File:
        """The file with these fields set."""
        found: File = self.jobs.apply([Change(FileRecord(file.job_id, file.number), fields)])
        return found

    def set_job(self, job: Job, **fields: Any) -> Job:
        self.jobs.apply([Change(JobRecord(job.id), fields)])
        return self.job(job)

    # -- queues ------------------------------------------------------------------------------------------------------

    def handle(self, queue: str, received: Mapping[str, Any], seconds: float = 900) -> list[str]:
        deadline = self.deadline(seconds)
        if queue.endswith("-dlq"):
            owners = {"inspect": self.inspector, "run": self.runner, "import": self.importer, "clean": self.deletion}
            next(owner for name, owner in owners.items() if queue.startswith(name)).undelivered(received)  # type: ignore[attr-defined]
            return []
        if queue == "clean-up":
            return self.deletion.receive(received, deadline, {"bin": self.file_bin.empty})
        if queue.startswith("inspect-"):
            return self.inspector.receive(received, deadline)
        return (self.runner if queue.startswith("run-") else self.importer).receive(received, deadline)

    def deliver(self, queue: str | None = None, batch: int = 10, seconds: float = 900) -> int:
        """Delivers one batch of a queue with visible messages; returns the number of messages."""
        visible = self.queue.visible(queue)
        if not visible:
            return 0
        one = visible[0].queue
        received = self.queue.receive([m for m in visible if m.queue == one][: 1 if "run" in one else batch])
        try:
            again = self.handle(one, received, seconds)
        except Crash:
            return len(visible)
        self.queue.answer(received, again)
        return len(visible)

    def drain(self, queue: str | None = None) -> None:
        for _ in range(500):
            if not self.deliver(queue):
                return
        raise AssertionError("the queues never become empty")

    def sweep(self) -> int:
        return self.sweeper.sweep(self.deadline())

    def settle_down(self, minutes: int = 60) -> None:
        """Lets everything happen that happens automatically within these minutes."""
        for _ in range(minutes):
            self.drain()
            self.advance(60)
            self.sweep()
        self.drain()

    # -- outcomes ----------------------------------------------------------------------------------------------------

    def job(self, job: Job | str) -> Job:
        return self.jobs.job(job if isinstance(job, str) else job.id)

    def files(self, job: Job | str) -> list[File]:
        return list(self.jobs.files(self.job(job), binned=True))

    def states(self, job: Job | str) -> list[str]:
        return [file.state.value for file in self.files(job)]

    def all_jobs(self) -> list[Job]:
        return [job for owner in (OWNER, STRANGER) for job in self.jobs_of(owner)]

    def jobs_of(self, owner: str) -> list[Job]:
        found, _ = self.jobs.jobs_of(owner, states=frozenset(), pipeline=None, limit=1000, before=None)
        return [self.jobs.job(job.id) for job in found]

    def message_for(self, job: Job, number: int) -> dict[str, Any]:
        file = self.jobs.file(job.id, number)
        return message(file, self.objects.stat(file.key))


def event(seen: StoredObject) -> dict[str, Any]:
    """S3's own notification of an object."""
    file: Any = SimpleNamespace(job_id=None, number=None, bucket=None)
    body = message(file, seen)
    del body["Records"][0]["millrace"]
    body["Records"][0]["eventName"] = "ObjectCreated:Put"
    return body
