"""app.py for the stacks that tests start, with its calls recorded where a test run asks for it."""

import os

from tests.aws import calls

if calls.FOLDER in os.environ:
    calls.watch()

from app import *  # noqa: F403
