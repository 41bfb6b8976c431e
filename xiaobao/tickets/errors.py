"""What may go wrong with a ticket; each error's `code` names its words (`utter_error_<code>`)."""

from __future__ import annotations

from datetime import date


class TicketError(Exception):
    """A refusal that the citizen or staff member is told about in plain words."""

    code = "ticket"


class NotFound(TicketError):
    """No such ticket, or not one that may be seen here."""

    code = "not_found"


class StepNotOpen(TicketError):
    """The workflow does not allow this step in the ticket's status."""

    code = "step_not_open"


class RoleForbidden(TicketError):
    """The step is open, but not to this role or not to this account."""

    code = "role_forbidden"


class StaleVersion(TicketError):
    """Somebody changed the ticket since it was read."""

    code = "stale_version"


class InvalidField(TicketError):
    """A field of a step is missing or wrong; `field` names it, `why` is for whoever reads the code or the log."""

    code = "invalid_field"

    def __init__(self, field: str, why: str = "") -> None:
        super().__init__(f"{field}: {why}" if why else field)
        self.field, self.why = field, why


class UrgedToday(TicketError):
    """A ticket is urged once per working day."""

    code = "urged_today"


class AlreadyDone(TicketError):
    """The very same act was taken before: nothing is done a second time."""

    code = "already_done"


class WindowOver(TicketError):
    """The time that the office gives for reopening has passed; `until` was its last day."""

    code = "window_over"

    def __init__(self, until: date) -> None:
        super().__init__(until.isoformat())
        self.until = until


class MissingDraft(TicketError):
    """Filing without a draft id could file twice, so it is refused."""

    code = "missing_draft"


class NotYet(TicketError):
    """The step is open, but something the law asks for first is missing; `reason` names the guard."""

    code = "not_yet"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
