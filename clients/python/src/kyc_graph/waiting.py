"""What an answer says about an outcome that is waited for."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional

_PENDING = frozenset({"PENDING", "RUNNING", "QUEUED"})
_SAYING = frozenset({"nextPollAt", "state", "status"})
_MIN_POLL_SECONDS = 1.0
_MAX_POLL_SECONDS = 60.0


@dataclass(frozen=True)
class Progress:
    """Whether the outcome is pending, and when another query makes sense (seconds since the epoch, by the server's clock)."""

    is_pending: bool
    next_poll_at: Optional[float]


def progress_of(data: Mapping[str, Any]) -> Optional[Progress]:
    """Reads the progress from the records under the root fields; None where none of them says whether it is pending."""
    records = [value for value in data.values() if isinstance(value, dict)]
    saying = [record for record in records if _SAYING & record.keys()]
    if records and not saying:
        return None
    pending = [
        record
        for record in saying
        if isinstance(record.get("nextPollAt"), str) or (record.get("state") or record.get("status")) in _PENDING
    ]
    times = [datetime.fromisoformat(record["nextPollAt"]).timestamp() for record in pending if record.get("nextPollAt")]
    return Progress(len(pending) > 0, max(times, default=None))


def poll_delay(progress: Progress, server_time: Optional[float], elapsed: float) -> float:
    """The wait before the next query: until `nextPollAt`, and not less than a second.

    Where the answer does not have it, half of the time that has passed, up to a minute: the server's own schedule.
    """
    if progress.next_poll_at is None:
        return max(_MIN_POLL_SECONDS, min(_MAX_POLL_SECONDS, elapsed / 2))
    return max(_MIN_POLL_SECONDS, progress.next_poll_at - (time.time() if server_time is None else server_time))
