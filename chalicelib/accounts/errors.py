"""Errors of accounts, in addition to those of chalicelib.jobs.errors."""

from __future__ import annotations

from chalicelib.jobs.errors import Conflict, FieldError, Forbidden, InvalidFields, LimitReached, NotFound, Unauthorized


class WrongCredentials(Unauthorized):
    """Check both. The error is the same whether or not the account exists."""

    code, title = "wrong_credentials", "The email or the password is wrong"

    def __init__(self) -> None:
        super().__init__("The email or the password is wrong.")


class SessionEnded(Unauthorized):
    """Sign in again."""

    code, title = "session_ended", "The session has ended"

    def __init__(self) -> None:
        super().__init__("The refresh token is wrong, was used before or has expired. Sign in again.")


class TooManyGifts(LimitReached):
    """Wait as long as Retry-After says, and give many files at once."""

    code, title = "too_many_gifts", "Too many submissions"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many submissions from this address. Wait.", retry_after=retry_after)


class TooManyAttempts(LimitReached):
    """Wait as long as Retry-After says."""

    code, title = "too_many_attempts", "Too many wrong passwords"

    def __init__(self, retry_after: int) -> None:
        super().__init__("There were too many wrong passwords. Wait.", retry_after=retry_after)


class GuestQuotaReached(LimitReached):
    """Register, or wait as long as Retry-After says."""

    code, title = "guest_quota_reached", "The guests' quota of this network is used up"

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(
            f"Guests may bring {limit / 1024**3:,.1f} GiB in 24 hours from one network. Register to bring more.",
            retry_after=retry_after,
        )


class TooManyGuests(LimitReached):
    """Wait as long as Retry-After says, or sign in."""

    code, title = "too_many_guests", "Too many guests from this address"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many guest sessions began from this address. Wait, or sign in.", retry_after=retry_after)


class GuestsOff(Forbidden):
    """Sign in to an account."""

    code, title = "guests_off", "This installation takes no guests"

    def __init__(self) -> None:
        super().__init__("This installation takes no guests. Sign in to an account.")


class RegistrationOff(Forbidden):
    """Ask the operator of the installation for an account."""

    code, title = "registration_off", "Registration is off"

    def __init__(self) -> None:
        super().__init__("Registration is disabled here. Ask the installation's admin for an account.")


class WrongPassword(Forbidden):
    """Send the password with which you sign in."""

    code, title = "wrong_password", "The current password is wrong"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.", errors=[FieldError("current_password", "is wrong")])


class WeakPassword(InvalidFields):
    """Choose a longer or less common password."""

    code, title = "weak_password", "The password is too easy to guess"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("The password is too easy to guess.", errors=[FieldError(field, reason)])


class EmailTaken(Conflict):
    """Sign in to that account, or use another email."""

    code, title = "email_taken", "There is an account with this email"

    def __init__(self) -> None:
        super().__init__("There is an account with this email.", errors=[FieldError("email", "is taken")])


class UsernameTaken(Conflict):
    """Choose another username."""

    code, title = "username_taken", "There is an account with this username"

    def __init__(self) -> None:
        super().__init__("There is an account with this username.", errors=[FieldError("username", "is taken")])


class GuestTokenRefused(InvalidFields):
    """Sign in without it: the guest's belongings can't be taken over any more."""

    code, title = "guest_token_refused", "The guest's token is not valid"

    def __init__(self) -> None:
        super().__init__(
            "The guest's token has expired, is not a guest's, or was taken over. Sign in without it.",
            errors=[FieldError("guest_token", "is not valid")],
        )


class AlreadyRegistered(Conflict):
    """Sign in to that account, or register without the guest's token."""

    code, title = "already_registered", "This guest already has an account"

    def __init__(self) -> None:
        super().__init__("This guest already has an account. Sign in to it, or register without the guest's token.")


class AccountChanged(Conflict):
    """Try again."""

    code, title = "account_changed", "The account was changed at the same time"

    def __init__(self) -> None:
        super().__init__("The account was changed at the same time. Try again.")


class KeyNotFound(NotFound):
    """GET /auth/keys lists your keys."""

    code, title = "key_not_found", "There is no such key"

    def __init__(self) -> None:
        super().__init__("There is no such key.")


class SettingNotFound(NotFound):
    """GET /settings lists all settings."""

    code, title = "setting_not_found", "There is no such setting"

    def __init__(self) -> None:
        super().__init__("There is no setting of that name.")
