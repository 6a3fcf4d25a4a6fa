"""What can go wrong with accounts, beside what chalicelib.jobs.errors knows already."""

from __future__ import annotations

from chalicelib.jobs.errors import Conflict, FieldError, Forbidden, InvalidFields, LimitReached, NotFound, Unauthorized


class WrongCredentials(Unauthorized):
    """Says the same whether the account exists or not."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("The email or the password is wrong.")


class SessionEnded(Unauthorized):
    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("The refresh token is wrong, was used before or has expired. Sign in again.")


class TooManyAttempts(LimitReached):
    code, title = "too_many_attempts", "Too many wrong passwords"

    def __init__(self, retry_after: int) -> None:
        super().__init__("There were too many wrong passwords for this account. Wait.", retry_after=retry_after)


class WrongPassword(Forbidden):
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.", errors=[FieldError("current_password", "is wrong")])


class WeakPassword(InvalidFields):
    code = "weak_password"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("The password would be guessed soon.", errors=[FieldError(field, reason)])


class EmailTaken(Conflict):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this email.", errors=[FieldError("email", "is taken")])


class UsernameTaken(Conflict):
    code = "username_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this username.", errors=[FieldError("username", "is taken")])


class AlreadyRegistered(Conflict):
    code = "already_registered"

    def __init__(self) -> None:
        super().__init__("This guest has an account already. Sign in to it, or register without the guest's token.")


class AccountChanged(Conflict):
    code = "account_changed"

    def __init__(self) -> None:
        super().__init__("The account was changed at the same time. Try again.")


class KeyNotFound(NotFound):
    code = "key_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such key.")


class SettingNotFound(NotFound):
    code = "setting_not_found"

    def __init__(self) -> None:
        super().__init__("There is no setting of that name.")
