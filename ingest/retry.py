"""Asking again, later and later, what does not answer now."""

from dataclasses import dataclass
from typing import Final

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from model.errors import UnavailableError

ATTEMPTS: Final = 4
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0


@dataclass(frozen=True)
class Retry:
    """How often, and how long apart, a source that does not answer is asked again."""

    attempts: int = ATTEMPTS
    first_wait_s: float = FIRST_WAIT_S

    def calling(self) -> Retrying:
        """Calls with waits that double and vary, so that many clients do not come back at once."""
        return Retrying(
            retry=retry_if_exception_type(UnavailableError),
            stop=stop_after_attempt(self.attempts),
            wait=wait_exponential_jitter(
                multiplier=self.first_wait_s, max=LONGEST_WAIT_S, jitter=self.first_wait_s
            ),
            reraise=True,
        )
