"""One interleaved run: each target of each server for a short while in turn, round after round.

What a machine can do drifts while it works, above all where others work on it too. So figures are only compared with
those of the same run, by the medians of its rounds; the processor time of a request drifts least.
"""

import statistics
from dataclasses import dataclass, field

from benchmarks.load import ask
from benchmarks.servers import database_processes, processor_of

FIRST_PATIENCE = 5  # seconds for the last answers, before it is known how long they take
QUICK = 1_000  # requests a second, from which on wrk's own script would cost too much


@dataclass
class Measured:
    """A target of a server, and what each round found."""

    side: str  # whose server: "portal", "stock", "nginx", …
    server: object
    target: object
    change: object = None  # tells the portal that something has changed
    begin: int = 0
    rounds: list[dict] = field(default_factory=list)

    def ask(self, seconds):
        target, last = self.target, self.rounds[-1] if self.rounds else None
        if self.change and target.is_new:
            self.change()
            for _ in range(8):  # so that each worker has followed it
                self.server.get("/search/?q=police")
        before = self._processor()
        found = ask(
            self.server.origin,
            target.paths,
            seconds,
            headers=target.headers,
            begin=self.begin,
            once=target.once,
            patience=max(0.2, 3 * last["p99"] / 1000) if last else FIRST_PATIENCE,
            quick=bool(last) and len(target.paths) == 1 and last["per_second"] > QUICK,
        )
        found["processor"] = (self._processor() - before) / found["requests"] * 1000
        self.begin = (self.begin + found["asked"]) % len(target.paths)
        self.rounds.append(found)

    def _processor(self):
        return self.server.processor() + sum(map(processor_of, database_processes()))

    def median(self):
        return {name: statistics.median(found[name] for found in self.rounds[1:]) for name in self.rounds[0]}


def measure(everything, rounds, seconds, say=print):
    """Ask everything in turn; the first round is only to warm up. ``[{side, target, title, …}]``"""
    for number in range(rounds + 1):
        for measured in everything:
            measured.ask(1 if number == 0 else seconds)
        say(f"  round {number} of {rounds}")
    return [
        {"side": one.side, "target": one.target.name, "title": one.target.title, **one.median()}
        for one in everything
    ]
