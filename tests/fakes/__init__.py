"""Honest stand-ins for what the core needs from the outside: the contract tests hold them equal to the real stores."""

from tests.fakes.jobs import MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.queues import Message, Queue
from tests.fakes.world import World

__all__ = ["MemoryJobs", "MemoryObjects", "Message", "Queue", "World"]
