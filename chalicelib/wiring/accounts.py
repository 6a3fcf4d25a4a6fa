"""The services for people: accounts, sessions, keys, settings, the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import settings
from chalicelib.jobs.ids import new_id
from chalicelib.wiring.core import CoreServices

if TYPE_CHECKING:
    from chalicelib.accounts.attempts import Attempts
    from chalicelib.accounts.audit import Audit
    from chalicelib.accounts.authentication import Authentication
    from chalicelib.accounts.drop_owner import DropOwners
    from chalicelib.accounts.first_admin import FirstAdmin
    from chalicelib.accounts.guest_quota import GuestQuota
    from chalicelib.accounts.keys import ApiKeys
    from chalicelib.accounts.passwords import Passwords
    from chalicelib.accounts.people import Account, User
    from chalicelib.accounts.sessions import Sessions
    from chalicelib.accounts.stored_settings import StoredSettings
    from chalicelib.accounts.tokens import Tokens
    from chalicelib.accounts.users import Users
    from chalicelib.api.framework.origin import OriginGuard
    from chalicelib.stores.dynamo.people_table import PeopleTable
    from chalicelib.stores.secrets import Secrets


class AccountServices(CoreServices):
    @cached_property
    def people(self) -> PeopleTable:
        from chalicelib.stores.dynamo.people_table import PeopleTable

        return PeopleTable(self.accounts_table)

    @cached_property
    def tokens(self) -> Tokens:
        from chalicelib.accounts.tokens import Tokens

        secret = self.settings.token_key_secret
        if not secret:
            return Tokens(self.settings.token_key, self.clock, self.settings.previous_token_keys)
        key, *previous = self.secrets.versions(secret)
        return Tokens(key, self.clock, previous, look=lambda: self.secrets.versions(secret))

    @cached_property
    def secrets(self) -> Secrets:
        from chalicelib.stores.secrets import Secrets

        return Secrets(self.clients.session.client("secretsmanager"))

    @cached_property
    def origin_guard(self) -> OriginGuard | None:
        """None where the API may be called directly, as on one machine."""
        from chalicelib.api.framework.origin import OriginGuard

        secret = self.settings.origin_secret
        return OriginGuard(lambda: self.secrets.versions(secret), self.clock) if secret else None

    @cached_property
    def first_admin(self) -> FirstAdmin:
        from chalicelib.accounts.drop_owner import adopt
        from chalicelib.accounts.first_admin import FirstAdmin

        def made(admin: Account) -> None:
            adopt(self.people, self.audit, admin, "deployment", self.base.drop_owner)

        secret = self.settings.admin_password_secret
        email = self.settings.admin_email if secret else None
        return FirstAdmin(email, lambda: self.secrets.value(secret or ""), self.people, self.users, made)

    @cached_property
    def authentication(self) -> Authentication:
        from chalicelib.accounts.authentication import Authentication

        return Authentication(self.tokens, self.keys, self.people, self.people, self.clock)

    def authenticate(self, headers: Mapping[str, str], scope: str | None = None) -> User:
        """The caller with these headers. scope: the route's. Unauthorized."""
        return self.authentication.authenticate(headers, scope)

    @cached_property
    def keys(self) -> ApiKeys:
        from chalicelib.accounts.keys import ApiKeys

        return ApiKeys(self.people, self.people, self.audit, self.clock, new_id)

    @cached_property
    def audit(self) -> Audit:
        from chalicelib.accounts.audit import Audit

        return Audit(self.people, self.clock, new_id)

    @cached_property
    def passwords(self) -> Passwords:
        from chalicelib.accounts.passwords import Passwords

        return Passwords()

    @cached_property
    def attempts(self) -> Attempts:
        from chalicelib.accounts.attempts import Attempts

        return Attempts(self.people, self.clock)

    @cached_property
    def guest_quota(self) -> GuestQuota:
        from chalicelib.accounts.guest_quota import GuestQuota
        from chalicelib.stores.dynamo.guests import QuotaTable

        return GuestQuota(QuotaTable(self.accounts_table), self.settings.limits.guest_bytes, self.clock)

    @cached_property
    def users(self) -> Users:
        from chalicelib.accounts.users import Users

        return Users(self.people, self.people, self.passwords, self.attempts, self.audit, self.clock, new_id)

    @cached_property
    def sessions(self) -> Sessions:
        from chalicelib.accounts.sessions import Sessions

        return Sessions(
            self.people,
            self.people,
            self.tokens,
            self.passwords,
            self.attempts,
            self.audit,
            self.clock,
            new_id,
            access_seconds=self.settings.token_seconds,
            refresh_seconds=self.settings.refresh_seconds,
        )

    @cached_property
    def stored_settings(self) -> StoredSettings:
        from chalicelib.accounts.stored_settings import StoredSettings

        def is_user(given: str) -> bool:
            return self.drop_owners.known(given) is not None

        return StoredSettings(self.people, self.audit, self.base, settings.from_environment(), is_user)

    @cached_property
    def drop_owners(self) -> DropOwners:
        from chalicelib.accounts.drop_owner import DropOwners

        return DropOwners(self.people, self.settings.drop_owner, lambda user_id: self.jobs.usage(user_id).jobs > 0)
