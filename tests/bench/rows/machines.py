"""Machines: create one and many, reimage. On the private libvirtd; guests run under TCG or KVM, whichever there is."""

import contextlib
import json
import statistics
import time

import host
from measure import Row, say
from rows.images import grow

URI = "qemu:///system"
MEMORY_MIB = 256
MANY = 20


@contextlib.contextmanager
def tiny_image(bench, notes):
    host.need_machines()
    host.need("virt-install", "virsh", "qemu-img")
    base = host.guest("tiny-v1")
    with host.Agent(bench, URI) as agent:
        agent.ctl("image", "import", base, "--name", "tiny", "--confirm", "none")
        yield agent, base, bench, notes


def create_options():
    return ["--image", "tiny", "--memory", f"{MEMORY_MIB}MiB", "--confirm", "none"]


def release(agent, names):
    for name in names:
        agent.ctl("instance", "release", name)


def create_one(given):
    agent, _, _, notes = given
    began = time.monotonic()
    job = agent.job("instance", "create", "--name", "one", *create_options())
    agent.wait_for_step(job, "start")
    taken = time.monotonic() - began
    ended = agent.wait_for_end(job)
    notes["milliseconds of the last job"] = json.dumps(host.step_milliseconds(ended))
    release(agent, ["one"])
    return taken


def virt_type():
    return "kvm" if host.accelerator() == "kvm" else "qemu"


def install(base, folder, name):
    disk = folder / f"{name}.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, disk)
    host.run("virt-install", "--connect", URI, "--import", "--virt-type", virt_type(), "--name", name, "--memory", MEMORY_MIB, "--vcpus", 1,
             "--disk", f"path={disk},format=qcow2,bus=virtio", "--osinfo", "detect=off,require=off", "--network", "none",
             "--graphics", "none", "--noautoconsole", "--quiet")


def remove(folder, name):
    host.run("virsh", "-q", "-c", URI, "destroy", name)
    host.run("virsh", "-q", "-c", URI, "undefine", name)
    (folder / f"{name}.qcow2").unlink()


def install_one(given):
    _, base, bench, _ = given
    began = time.monotonic()
    install(base, bench.scratch, "peer")
    taken = time.monotonic() - began
    remove(bench.scratch, "peer")
    return taken


def create_many(given):
    agent, _, _, notes = given
    began = time.monotonic()
    job = agent.job("instance", "create", "--name", "many", "--count", MANY, *create_options())
    agent.wait_for_step(job, "start")
    taken = time.monotonic() - began
    ended = agent.wait_for_end(job)
    notes["milliseconds of the last job"] = json.dumps(host.step_milliseconds(ended))
    release(agent, [f"many-{number + 1}" for number in range(MANY)])
    return taken


def install_many(given):
    _, base, bench, _ = given
    names = [f"peer-{number}" for number in range(MANY)]
    began = time.monotonic()
    for name in names:
        install(base, bench.scratch, name)
    taken = time.monotonic() - began
    for name in names:
        remove(bench.scratch, name)
    return taken


SIZES = (1, 4, 16)  # GiB of data in the image


def prepare_reimage(agent, bench, size):
    image = bench.scratch / f"data-{size}.qcow2"
    grow(host.guest("tiny-v1"), image, size)
    agent.ctl("image", "import", image, "--name", f"data-{size}", "--confirm", "none")
    image.unlink()
    agent.ctl("instance", "create", "--image", f"data-{size}", "--name", f"m-{size}", "--memory", f"{MEMORY_MIB}MiB")
    agent.ctl("instance", "stop", f"m-{size}", "--grace", "0s")


@contextlib.contextmanager
def grown_images(bench, notes):
    host.need_machines()
    host.need("virsh", "qemu-img", "qemu-io")
    with host.Agent(bench, URI) as agent:
        for size in sorted(SIZES, reverse=True):  # an import needs room for three of it
            say(f"reimage: an image with {size} GiB of data")
            prepare_reimage(agent, bench, size)
        yield agent, notes
        release(agent, [f"m-{size}" for size in SIZES])


def reimage(agent, name, image):
    """Milliseconds from the request to stop until QEMU runs the new system. The guest is held still before, so that its own
    way down, which takes as long as it likes, is left out."""
    agent.ctl("instance", "start", name)
    time.sleep(3)  # so that QEMU has something to lay down
    host.run("virsh", "-q", "-c", URI, "suspend", agent.json("instance", "show", name)["id"])
    job = agent.json("instance", "reimage", name, "--image", image, "--accept-data-loss", "--keep-old", "0s")
    agent.ctl("instance", "stop", name, "--grace", "0s")
    return job["result"]["downtime"]


def downtime(given):
    agent, notes = given
    said = {size: reimage(agent, f"m-{size}", f"data-{size}") for size in SIZES}
    for size, phases in said.items():
        notes.setdefault(f"{size} GiB", []).append(phases)
    return statistics.median(phases["milliseconds"] for phases in said.values()) / 1000


ROWS = [
    Row("create", "create, until QEMU runs", "qemu-img create + virt-install --import", tiny_image, create_one, install_one,
        0.5, machines=True),
    Row("create-20", f"create {MANY}, until all run", "the same in a shell loop", tiny_image, create_many, install_many, 0.35,
        machines=True, rounds=3),
    Row("reimage", "reimage 1, 4 and 16 GiB: downtime", "itself", grown_images, downtime, None, 2.0, machines=True),
]
