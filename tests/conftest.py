"""What holds for all tests: each AWS call of each function is noted, and held against the function's role."""

pytest_plugins = ["tests.aws.recorder"]
