"""What a call costs before anything is computed, and the count of calls; nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds that pass before an answer begins.

    The defaults are the lower ends of what was measured between the services of a serverless learning platform: a call
    through API Gateway to a warm Lambda function took 200 to 800 ms, to a cold one 800 ms to 2.5 s, and a third party
    asked directly 100 to 250 ms.
    """

    warm_s: float = 0.200
    cold_s: float = 0.800
    third_party_s: float = 0.150

    def scaled(self, factor: float) -> Delays:
        """The same, *factor* times as long."""
        return Delays(self.warm_s * factor, self.cold_s * factor, self.third_party_s * factor)


@dataclass(slots=True)
class Tally:
    """How many calls were made, and how many of them invoked a Lambda function."""

    calls: int = 0
    invokes: int = 0
