"""Rows, and how they are measured: both sides in turn, medians, and why a row was not measured."""

import dataclasses
import statistics
import sys
import time
import typing


class NotMeasured(Exception):
    """The row cannot be measured here; the text says why."""


@dataclasses.dataclass
class Row:
    """One comparison. `ours` and `peer` do the work once and return its seconds, or None to have the call's own time taken;
    `prepare` gets the host and returns what both are given. `notes` of a round are kept beside its times."""

    name: str
    work: str
    against: str
    prepare: typing.Callable
    ours: typing.Callable
    peer: typing.Optional[typing.Callable] = None
    goal: float = 0.0  # ours / peer at most; without a peer: at most so many units
    unit: str = "s"
    machines: bool = False  # needs the private libvirtd
    rounds: typing.Optional[int] = None  # at most so many, where one takes long
    limit: typing.Optional[float] = None  # beside the ratio: at most so many units


def timed(call, *given):
    began = time.monotonic()
    said = call(*given)
    return time.monotonic() - began if said is None else said


def say(text):
    print(text, file=sys.stderr, flush=True)


def rounds_of(row, bench):
    return min(bench.rounds, row.rounds or bench.rounds)


def measure(row, bench):
    result = {"name": row.name, "work": row.work, "against": row.against, "goal": row.goal, "unit": row.unit}
    if row.limit is not None:
        result["limit"] = row.limit
    ours, peer, notes = [], [], {}
    try:
        with row.prepare(bench, notes) as given:
            for number in range(rounds_of(row, bench)):
                # Who goes first changes, so that neither always finds what the other left in memory.
                sides = [(ours, row.ours), (peer, row.peer)]
                for times, call in sides if number % 2 == 0 else reversed(sides):
                    if call is not None:
                        times.append(timed(call, given))
                say(f"{row.name} {number + 1}: {ours[-1]:.4g} {row.unit}"
                    + (f", {row.against}: {peer[-1]:.4g} {row.unit}" if peer else ""))
    except (NotMeasured, RuntimeError) as reason:  # a row that fails keeps no other from being measured
        say(f"{row.name}: not measured: {reason}")
        return {**result, "not_measured": str(reason)}
    result["ours"] = [round(value, 6) for value in ours]
    result["ours_median"] = round(statistics.median(ours), 6)
    if peer:
        result["peer"] = [round(value, 6) for value in peer]
        result["peer_median"] = round(statistics.median(peer), 6)
        result["ratio"] = round(result["ours_median"] / result["peer_median"], 4)
    result["reached"] = reached(result)
    if notes:
        result["notes"] = notes
    return result


def reached(result):
    if "ratio" in result:
        return result["ratio"] <= result["goal"] and result["ours_median"] <= result.get("limit", float("inf"))
    return result["ours_median"] <= result["goal"]
