"""What a drill is, and how drills are found and run."""

import importlib
import pkgutil
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

import tests.drills as package
from benchmarks.load import Missing

DRILLS: list["Drill"] = []


class NotRun(Missing):
    """Something that the drill needs is missing on this machine; the message says what."""


class Missed(Exception):
    """What must not happen at all has happened, whatever was measured; the message says what."""


class Seen(NamedTuple):
    """What a drill returns where a number does not say all."""

    figure: float
    remark: str


@dataclass(frozen=True)
class Drill:
    gate: str
    says: str
    most: float
    unit: str
    places: tuple[str, ...]
    measure: Callable

    @property
    def name(self):
        return self.measure.__name__

    def is_asked(self, words):
        """Does one of the words name it: its gate, its function, its module?"""
        return not words or bool(
            {self.gate, self.name, self.measure.__module__.rpartition(".")[2]} & {*words}
        )


def drill(gate, says, *, most, unit, on=("sqlite",)):
    """Make a function ``measure(place)`` a drill: it returns how many ``unit`` it saw, and ``most`` is its limit."""

    def register(measure):
        DRILLS.append(Drill(gate, says, most, unit, tuple(on), measure))
        return measure

    return register


def found():
    """All drills, in the order of their gates."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{package.__name__}.{module.name}")
    return sorted(DRILLS, key=lambda one: ([int(part) for part in one.gate.split(".")], one.name))


def run(drills, places, say):
    """Do them place by place, which is made ready once; yields a row for the report of each."""
    for name, opened in places.items():
        here = [one for one in drills if name in one.places]
        if not here:
            continue
        with ExitStack() as stack:
            say(f"{name}:")
            try:
                place, reason = stack.enter_context(opened()), ""
            except Missing as missing:
                place, reason = None, str(missing)
            for one in here:
                row = not_run(reason) if place is None else done(one, place)
                row = {
                    "gate": one.gate,
                    "name": one.name,
                    "place": name,
                    "says": one.says,
                    "most": one.most,
                    "unit": one.unit,
                    **row,
                }
                say(f"  {sentence(row)}")
                yield row


def done(one, place):
    """What became of a drill. One that fails by itself is missed: nobody knows then what it would have seen."""
    try:
        seen = one.measure(place)
    except Missing as missing:
        return not_run(str(missing))
    except Missed as missed:
        return {"outcome": "missed", "figure": None, "remark": str(missed)}
    except Exception as error:
        traceback.print_exc()
        return {"outcome": "missed", "figure": None, "remark": f"It broke off: {type(error).__name__}"}
    figure, remark = seen if isinstance(seen, Seen) else (seen, "")
    outcome = "met" if figure <= one.most else "missed"
    return {"outcome": outcome, "figure": round(figure, 3), "remark": remark}


def not_run(reason):
    return {"outcome": "not run", "figure": None, "remark": reason}


def sentence(row):
    figure = "–" if row["figure"] is None else f"{row['figure']:g}"
    remark = f" ({row['remark']})" if row["remark"] else ""
    return f"{row['gate']} {row['says']}: {figure} of {row['most']:g} {row['unit']}: {row['outcome']}{remark}"
