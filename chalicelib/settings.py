"""The one reader of the environment: every setting of a deployment, with its default and who uses it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from chalicelib.jobs.limits import Limits

PREFIX = "MILLRACE_"
SHORTEST_KEY = 32


class SettingError(Exception):
    """A setting is missing or can't be read; the text says which, and what it takes."""


@dataclass(frozen=True)
class Settings:
    bucket: str
    """Where files, results and all else that is an object lie."""
    jobs_table: str
    """The DynamoDB table of jobs, files and scenes."""
    accounts_table: str
    """The DynamoDB table of people, keys and stored settings."""
    queue_url_prefix: str
    """The URL of a queue up to its name."""
    function_prefix: str = ""
    """The prefix of a function's name, where slices of a step may be invoked directly; empty: they go by the
    queue."""
    token_key: str = ""
    """Signs tokens (HS256): at least 32 characters. It, or token_key_secret, must be set."""
    token_key_secret: str | None = None
    """Secrets Manager's name of the key; its version before is the key before. Read when a token is at hand, and again
    when one names a key that is not known."""
    previous_token_keys: tuple[str, ...] = ()
    """Keys that signed before, without a comma in them; tokens of theirs stay good. Drop one once the longest token of
    it has expired."""
    origin_secret: str | None = None
    """Secrets Manager's name of what our distribution adds to each request as X-Millrace-Origin: others are refused."""
    admin_email: str | None = None
    """Whose account is made an admin's at its first sign-in, with the password of `admin_password_secret`."""
    admin_password_secret: str | None = None
    """The secret in Secrets Manager with that password, generated and never sent."""
    import_roots: tuple[str, ...] = ()
    """From where registered users may import with POST /import-path: `s3://bucket/prefix/`, or `prefix/` in our own
    bucket. `{user_id}` in it stands for the id of each: `import/@{user_id}/` is everybody's own place."""
    cors_origins: tuple[str, ...] = ()
    """Origins of web pages that may call the API; none: only its own."""
    drop_owner: str = ""
    """Whose jobs the drop folders open that don't name a user: an id or an email. Empty: of no user; such folders wait.
    The first admin that is made becomes it, where it is not set."""
    webhook_networks: tuple[str, ...] = ()
    """Networks that webhooks may call although they are not public, such as 10.1.0.0/16; there without TLS too."""
    connection_networks: tuple[str, ...] = ()
    """The same for users' connections: where their own servers may stand."""
    connection_key: str = ""
    """Encrypts the keys of users' connections; without it, and without a secret, the token key does."""
    connection_key_secret: str | None = None
    """Secrets Manager's name of that key; its version before still opens."""
    public_s3_endpoint: str | None = None
    """Where clients reach S3, if not where we do."""
    smallest_part: int = 5 * 1024 * 1024
    """Bytes that the bucket's store wants a part of an upload to have, but for the last. S3 wants 5 MiB."""
    live_url: str | None = None
    """Where pages and clients open a socket: ws://…, or a path on the API's own host. Without it, and without
    live_endpoint, there are no live updates, and everybody polls."""
    live_endpoint: str | None = None
    """Where messages to open sockets are posted, by API Gateway's @connections."""
    token_seconds: int = 3600
    """How long an access token is good."""
    refresh_seconds: int = 7 * 24 * 3600
    """How long one stays signed in without a word."""
    guest_seconds: int = 30 * 24 * 3600
    """How long a guest's token is valid; after that the guest's jobs can't be found."""
    allow_guests: int = 1
    """0: no new guests. Guests that there are stay until their tokens expire."""
    allow_registration: int = 1
    """0: no registration. `make admin` makes accounts."""
    guests_per_hour: int = 300
    """So many guests may begin from one address within an hour."""
    limits: Limits = field(default_factory=Limits)
    """Each also as a setting of its own, for example MILLRACE_LIMIT_ACTIVE_JOBS."""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingError."""
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        given = environ.get(PREFIX + setting.name.upper(), "")
        if setting.name == "limits":
            values["limits"] = _limits(environ)
        elif given:
            values[setting.name] = _convert(setting.name, str(setting.type), given)
        elif setting.default is setting.default_factory:  # both are MISSING: it has no default
            raise SettingError(f"{PREFIX}{setting.name.upper()} is not set.")
    keys = [values.get("token_key", ""), *values.get("previous_token_keys", ())]
    if any(len(key) < SHORTEST_KEY for key in keys if key or not values.get("token_key_secret")):
        raise SettingError(
            f"{PREFIX}TOKEN_KEY and {PREFIX}PREVIOUS_TOKEN_KEYS must have at least {SHORTEST_KEY} characters each."
        )
    for name in ("webhook_networks", "connection_networks"):
        for network in values.get(name, ()):
            _check_network(name, network)
    return Settings(**values)


def _check_network(name: str, given: str) -> None:
    import ipaddress  # for the few installations that name any

    try:
        ipaddress.ip_network(given)
    except ValueError as wrong:
        raise SettingError(f"{PREFIX}{name.upper()} must name networks such as 10.1.0.0/16: {wrong}.") from None


@dataclass(frozen=True)
class Surroundings:
    """The platform of this process, by its own environment: known before any setting of ours.

    function: Lambda's name of it, None elsewhere. log_level: from which on our own loggers write. metrics_namespace:
    where its metrics go; without one none are written. apart: whether strangers' files are looked into by a process of
    their own.
    """

    function: str | None
    log_level: str
    metrics_namespace: str | None
    apart: bool = False


def surroundings(environ: Mapping[str, str] = os.environ) -> Surroundings:
    return Surroundings(
        environ.get("AWS_LAMBDA_FUNCTION_NAME") or None,
        environ.get("AWS_LAMBDA_LOG_LEVEL") or "INFO",
        environ.get("POWERTOOLS_METRICS_NAMESPACE") or None,
        environ.get("MILLRACE_APART") == "1",
    )


def is_traced(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether X-Ray keeps the trace of this very invocation."""
    return "Sampled=1" in environ.get("_X_AMZN_TRACE_ID", "")


def flat(given: Settings) -> dict[str, Any]:
    """Every setting by its name, limits as `limit_…`: as in the environment, in lower case and without the prefix."""
    values = {setting.name: getattr(given, setting.name) for setting in fields(Settings) if setting.name != "limits"}
    return values | {f"limit_{limit.name}": getattr(given.limits, limit.name) for limit in fields(Limits)}


def from_environment(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Names of the settings that the environment gives; the others are at their defaults."""
    names = {name.removeprefix(PREFIX).lower() for name, value in environ.items() if name.startswith(PREFIX) and value}
    return frozenset(names)


def changed(given: Settings, values: Mapping[str, Any]) -> Settings:
    """The same settings with other values, by their flat names."""
    limits = {name.removeprefix("limit_"): value for name, value in values.items() if name.startswith("limit_")}
    others = {name: value for name, value in values.items() if not name.startswith("limit_")}
    return replace(given, limits=replace(given.limits, **limits), **others)


def _limits(environ: Mapping[str, str]) -> Limits:
    given = {limit.name: environ.get(f"{PREFIX}LIMIT_{limit.name.upper()}", "") for limit in fields(Limits)}
    return replace(Limits(), **{name: _convert(name, "int", text) for name, text in given.items() if text})


def _convert(name: str, kind: str, given: str) -> Any:
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    if kind != "int":
        return given
    try:
        return int(given)
    except ValueError:
        raise SettingError(f"{PREFIX}{name.upper()} must be a whole number.") from None
