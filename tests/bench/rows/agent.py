"""The agent itself: idle, and asked for long lists. On libvirt's test driver, whose machines cost nothing."""

import contextlib
import pathlib
import time

import host
from measure import Row

IDLE, LISTED = 200, 1000
BATCH = 100
QUIET = 20  # seconds


@contextlib.contextmanager
def filled(bench, notes, number):
    host.need("qemu-img")
    image = host.guest("tiny-v1")
    with host.Agent(bench, "test:///default") as agent:
        notes["resident with no instance, MiB"] = round(resident(agent), 1)
        agent.ctl("image", "import", image, "--name", "tiny", "--confirm", "none")
        for batch in range(number // BATCH):
            agent.ctl("instance", "create", "--image", "tiny", "--name", f"b{batch}", "--count", BATCH, "--memory", "128MiB")
    # Started again: what is measured is an agent that stands idle, not what its work left behind in the allocator.
    with host.Agent(bench, "test:///default", agent.state) as again:
        time.sleep(2)
        yield again, notes


def idle_agent(bench, notes):
    return filled(bench, notes, IDLE)


def long_list(bench, notes):
    return filled(bench, notes, LISTED)


def resident(agent):
    """MiB that are its own or read from its files and libraries."""
    return int(host.first_match(f"/proc/{agent.process.pid}/status", "VmRSS").split()[0]) / 1024


def switches(agent):
    """How often its threads have gone to sleep so far: each needs a wake-up."""
    total = 0
    for task in pathlib.Path(f"/proc/{agent.process.pid}/task").iterdir():
        total += int(host.first_match(task / "status", "voluntary_ctxt_switches"))
    return total


def stand_idle(given):
    agent, notes = given
    before = switches(agent)
    time.sleep(QUIET)
    notes.setdefault("wake-ups a second", []).append(round((switches(agent) - before) / QUIET, 2))
    own = int(host.first_match(f"/proc/{agent.process.pid}/status", "RssAnon").split()[0]) / 1024
    total = resident(agent)
    notes["of it the process's own memory, MiB"] = round(own, 1)
    notes["more than with no instance, MiB"] = round(total - notes["resident with no instance, MiB"], 1)
    return total


def list_slowly(given):
    """The 99th percentile of 300 lists, each over a connection of its own."""
    agent, notes = given
    times = []
    for _ in range(300):
        began = time.monotonic()
        body = agent.get("/v1/instances")
        times.append(time.monotonic() - began)
    notes["bytes of an answer"] = len(body)
    times.sort()
    notes["median"] = f"{times[len(times) // 2] * 1000:.2f} ms"
    return times[len(times) * 99 // 100]


ROWS = [
    Row("idle", f"stand idle with {IDLE} instances", "itself", idle_agent, stand_idle, None, 24.0, "MiB", rounds=3),
    Row("list", f"list {LISTED} instances: 99th percentile", "itself", long_list, list_slowly, None, 0.010, rounds=3),
]
