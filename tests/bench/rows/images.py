"""Images: check, launch, batch, the container gate, import."""

import contextlib
import json
import os
import pathlib
import subprocess
import time

import host
from measure import NotMeasured, Row

GIB = 1 << 30
ACCEPTED_OR_NOT = (0, 1, 2)  # a verdict was given; 64 and above are errors of ours


def check(bench, *images):
    command = [bench.bin / "imprintctl", "check", *images, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in ACCEPTED_OR_NOT:
        raise RuntimeError(f"imprintctl check: {done.stderr[-2000:]}")
    return json.loads(done.stdout)["images"]


@contextlib.contextmanager
def one_debian(bench, notes):
    host.need("virt-inspector", "guestfish")
    image = host.guest("debian12-bios")
    report = check(bench, image)[0]  # the appliance is made before the first measured round
    notes["verdict"] = f"{report['verdict']}, {report['coverage']['evaluated']} rules evaluated"
    notes["milliseconds"] = json.dumps(report["timings_ms"])
    yield bench, image


def inspect_with_virt_inspector(given):
    host.run("virt-inspector", "-a", given[1], env=host.guest_environment())


def check_one(given):
    check(given[0], given[1])


def launch(given):
    return check(given[0], given[1])[0]["timings_ms"]["launch"] / 1000


def launch_with_guestfish(given):
    host.run("guestfish", "--ro", "-a", given[1], "run", env=host.guest_environment())


@contextlib.contextmanager
def eight_debians(bench, notes):
    host.need("virt-inspector")
    folder = bench.scratch / "eight"
    folder.mkdir()
    images = []
    for number in range(8):
        # Names of their own for one content: what is measured is the work on each, not reading the disk.
        images.append(folder / f"debian-{number}.qcow2")
        source = host.guest("debian12-bios" if number % 2 == 0 else "debian12-uefi")
        try:
            os.link(source, images[-1])
        except OSError:
            host.run("cp", "--reflink=auto", "--sparse=always", source, images[-1])
    reports = check(bench, *images)  # the appliance is made before the first measured round
    notes["milliseconds of each, as in its report"] = json.dumps([report["timings_ms"] for report in reports])
    yield bench, images


def check_eight(given):
    bench, images = given
    began = time.monotonic()
    check(bench, *images)
    return (time.monotonic() - began) / len(images)


def inspect_eight(given):
    began = time.monotonic()
    for image in given[1]:
        host.run("virt-inspector", "-a", image, env=host.guest_environment())
    return (time.monotonic() - began) / len(given[1])


@contextlib.contextmanager
def sparse_disk(bench, notes):
    program = bench.bin / "imprint-bench"
    if not program.exists():
        raise NotMeasured("'imprint-bench' is not built (IMPRINT_TESTS=ON)")
    host.need("qemu-img", "qemu-io")
    image = bench.scratch / "sparse.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", image, 100 * GIB)
    host.run("qemu-io", "-f", "qcow2", "-c", "write -q -P 1 0 64M", "-c", "write -q -P 2 99G 64M", image)  # a blank one is refused
    notes["what"] = "the gate inside a running process, as the worker runs it; qemu-img with its start, its only way to be asked"
    yield program, image


def judge_container(given):
    environment = {**os.environ, "IMPRINT_BENCH_IMAGE": str(given[1])}
    text = host.run(given[0], "--benchmark_filter=^ContainerGate/file$", "--benchmark_format=json", env=environment)
    measured = json.loads(text)["benchmarks"][0]
    if measured.get("error_occurred"):
        raise RuntimeError(f"imprint-bench: {measured['error_message']}")
    return measured["real_time"] / 1e9


def ask_qemu_img(given):
    host.run("qemu-img", "info", "--output=json", given[1])


def grow(image, target, gibibytes):
    """A copy of the image with so much data behind what it holds."""
    host.run("cp", "--reflink=auto", "--sparse=always", image, target)
    size = json.loads(host.run("qemu-img", "info", "--output=json", target))["virtual-size"]
    host.run("qemu-img", "resize", "-q", "-f", "qcow2", target, size + gibibytes * GIB)
    writes = [word for part in range(gibibytes * 2)
              for word in ("-c", f"write -q -P {part % 250 + 1} {size + part * GIB // 2} 512M")]
    host.run("qemu-io", "-f", "qcow2", *writes, target)
    host.run("sync", target)


@contextlib.contextmanager
def two_gibibytes(bench, notes):
    host.need("qemu-img", "qemu-io", "sha256sum")
    source = bench.scratch / "two.qcow2"
    grow(host.guest("tiny-v1"), source, 2)
    with host.Agent(bench, "test:///default") as agent:
        given = agent, source, notes
        import_image(given)  # the appliance is made before the first measured round
        yield given
    source.unlink()


def import_image(given):
    began = time.monotonic()
    job = given[0].json("image", "import", given[1], "--name", "two")
    taken = time.monotonic() - began
    given[2]["milliseconds of the last job"] = json.dumps(host.step_milliseconds(job))
    given[0].ctl("image", "delete", job["result"]["id"])
    return taken


def convert_and_hash(given):
    target = pathlib.Path(given[1]).with_suffix(".copy")
    began = time.monotonic()
    host.run("qemu-img", "convert", "-f", "qcow2", "-O", "qcow2", given[1], target)
    host.run("sha256sum", target)
    taken = time.monotonic() - began
    target.unlink()
    return taken


ROWS = [
    Row("check", "check one Debian image", "virt-inspector", one_debian, check_one, inspect_with_virt_inspector, 0.10),
    Row("launch", "start the appliance", "guestfish run", one_debian, launch, launch_with_guestfish, 0.12),
    Row("batch", "check 8 images, per image", "virt-inspector", eight_debians, check_eight, inspect_eight, 0.04, rounds=2),
    Row("gate", "judge a sparse 100 GiB qcow2's container", "qemu-img info", sparse_disk, judge_container, ask_qemu_img, 1.0,
        limit=0.005),
    Row("import", "import 2 GiB, judged and hashed", "qemu-img convert + sha256sum", two_gibibytes, import_image,
        convert_and_hash, 0.6),
]
