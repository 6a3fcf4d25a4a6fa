"""The times of a schedule: by a cron expression in a time zone, or at an interval in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

SHORTEST_MINUTES = 15
LONGEST_MINUTES = 366 * 24 * 60


class InvalidTiming(Exception):
    """field: cron, every_minutes or zone. The text is one sentence for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Timing:
    """cron: five fields, read as by Debian's cron, also where clocks change. zone: an IANA name. every_minutes: counted
    from `since`."""

    since: datetime
    cron: str | None = None
    every_minutes: int | None = None
    zone: str = "UTC"

    def check(self) -> None:
        """Raises InvalidTiming."""
        from cronsim import CronSim, CronSimError

        if (self.cron is None) == (self.every_minutes is None):
            raise InvalidTiming("cron", "one of cron and every_minutes")
        try:
            local = self.since.astimezone(ZoneInfo(self.zone))
        except (ValueError, OSError, KeyError):  # what ZoneInfo raises for an invalid zone name
            raise InvalidTiming("zone", "a name such as Europe/Berlin") from None
        if self.every_minutes is not None:
            if not SHORTEST_MINUTES <= self.every_minutes <= LONGEST_MINUTES:
                raise InvalidTiming("every_minutes", f"from {SHORTEST_MINUTES} to {LONGEST_MINUTES}")
            return
        assert self.cron is not None
        try:
            if len(self.cron.split()) != 5:
                raise CronSimError("Wrong number of fields")
            found = CronSim(self.cron, local)
            next(found)
        except CronSimError as wrong:
            raise InvalidTiming("cron", f"minute, hour, day, month and weekday as cron has them: {wrong}") from None
        except StopIteration:
            raise InvalidTiming("cron", "never comes") from None
        if _shortest(found.minutes, found.hours) < SHORTEST_MINUTES:
            raise InvalidTiming("cron", f"at least {SHORTEST_MINUTES} minutes apart")

    def after(self, moment: datetime) -> datetime:
        """The first time later than `moment`, in UTC. Only for timings that check() has accepted."""
        from cronsim import CronSim

        if self.every_minutes is not None:
            step = timedelta(minutes=self.every_minutes)
            return self.since + step * max(1, (moment - self.since) // step + 1)
        assert self.cron is not None
        zone = ZoneInfo(self.zone)
        return next(CronSim(self.cron, moment.astimezone(zone))).astimezone(self.since.tzinfo)


def _shortest(minutes: set[int], hours: set[int]) -> int:
    """The fewest minutes between two times of one day."""
    times = sorted(60 * hour + minute for hour in hours for minute in minutes)
    return min(later - earlier for earlier, later in pairwise([*times, times[0] + 24 * 60]))
