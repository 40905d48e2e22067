"""One interleaved run: each target of each server for a short while in turn, round after round.

What a machine can do drifts while it works, above all where others work on it too. So figures are only compared with
those of the same run, by the medians of its rounds; the processor time of a request drifts least.
"""

import contextlib
import statistics
import time
from dataclasses import dataclass, field

from benchmarks import fairness, peers
from benchmarks.load import Missing, ask
from benchmarks.servers import database_processes, processor_of
from benchmarks.targets import targets_of

FIRST_PATIENCE = 8  # seconds for the last answers, before it is known how long they take
NOTICED_IN = 1  # second at the most, after which the portal keeps no answer from before a change
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
            time.sleep(NOTICED_IN)
            for _ in range(8):  # so that each worker has followed it
                self.server.get("/search/?q=police")
        headers = target.headers | (self._tag() if target.has_it else {})
        before = self._processor()
        found = ask(
            self.server.origin,
            target.paths,
            seconds,
            headers=headers,
            begin=self.begin,
            once=target.once,
            patience=max(0.2, 3 * last["p99"] / 1000) if last else FIRST_PATIENCE,
            quick=bool(last) and len(target.paths) == 1 and last["per_second"] > QUICK,
        )
        found["processor"] = (self._processor() - before) / found["requests"] * 1000
        self.begin = (self.begin + found["asked"]) % len(target.paths)
        self.rounds.append(found)

    def _tag(self):
        """The header by which a browser asks whether what it has is still true."""
        path, headers = self.target.paths[0], self.target.headers
        tag = {"If-None-Match": self.server.get(path, headers)[1].get("ETag", "")}
        status = self.server.get(path, headers | tag)[0]
        if status != 304:
            raise RuntimeError(f"{self.server.origin}{path} answers {status} to one who has it already")
        return tag

    def _processor(self):
        return self.server.processor() + sum(map(processor_of, database_processes()))

    def median(self):
        return {name: statistics.median(found[name] for found in self.rounds[1:]) for name in self.rounds[0]}


def measure(portals, with_peers, names, rounds, seconds, say):
    """Ask everything in turn; the first round is only to warm up. ``[{side, target, title, per_second, …}]``"""
    with contextlib.ExitStack() as stack:
        everything = []
        for number, (side, portal) in enumerate(portals.items()):
            server = stack.enter_context(portal.served())
            targets = targets_of(portal.database)
            everything += [Measured(side, server, target, portal.change) for target in targets]
            if with_peers and not number:
                everything += peers_of(portal, server, targets, stack, say)
        everything = [one for one in everything if not names or one.target.name in names]
        for one in everything:
            for _ in range(4):  # so that each worker has begun
                one.server.get(one.target.paths[0], one.target.headers)
        for number in range(rounds + 1):
            for one in everything:
                one.ask(seconds if number else 1)
            say(f"  round {number} of {rounds}")
    return [
        {"side": one.side, "target": one.target.name, "title": one.target.title, **one.median()}
        for one in everything
    ]


def peers_of(portal, server, targets, stack, say):
    """What this portal is compared with, as far as it is installed."""
    found = []
    for name, peer in (("nginx", peers.nginx), ("bare WSGI", peers.bare), ("Django floor", peers.floor)):
        try:
            other = stack.enter_context(peer(portal.folder / name.replace(" ", "-")))
        except Missing as reason:
            say(f"  {name}: not run ({reason})")
            continue
        found += [Measured(name, other, target) for target in peers.ONE_FILE]
    other = stack.enter_context(peers.stock(portal))
    fairness.check(server, other)
    return found + [
        Measured("stock", other, target) for target in targets if target.name in peers.SAME_AS_OURS
    ]


def show(rows, say):
    """Print what was found; of each target, the first side against the others."""
    say(
        f"{'':12} {'':24} {'req/s':>8} {'cpu ms':>8} {'p50':>7} {'p95':>7} {'p99':>7} {'bytes':>8}   the first has"
    )
    for target in dict.fromkeys(row["target"] for row in rows):
        first, *others = [row for row in rows if row["target"] == target]
        for row in (first, *others):
            line = f"{target:12} {row['side']:24} {row['per_second']:8.1f} {row['processor']:8.2f} {row['p50']:7.1f} "
            line += f"{row['p95']:7.1f} {row['p99']:7.1f} {row['bytes']:8.0f}"
            if row is not first:
                line += f"   {first['per_second'] / row['per_second']:.2f} × its req/s, "
                line += f"{first['processor'] / row['processor']:.2f} × its processor time"
            say(line)
