"""Fakes of the core's collaborators, which the contract tests keep equal to the real stores."""

from tests.fakes.jobs import MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.queues import Message, Queue
from tests.fakes.world import World

__all__ = ["MemoryJobs", "MemoryObjects", "Message", "Queue", "World"]
