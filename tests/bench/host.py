"""What the rows run on: the build, a scratch folder, agents, test guests, a libvirtd of our own."""

import datetime
import functools
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from measure import NotMeasured

project = pathlib.Path(__file__).resolve().parents[2]


@functools.cache
def accelerator():
    """"kvm" only where it works: on some hosts /dev/kvm opens and QEMU fails on it."""
    command = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "kvm", "-cpu", "host", "-monitor", "stdio"]
    try:
        done = subprocess.run(command, input="quit\n", capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "tcg"
    return "kvm" if done.returncode == 0 else "tcg"


def guest_environment():
    """For libguestfs' tools: the same QEMU, the same accelerator as ours."""
    settings = {"LIBGUESTFS_BACKEND_SETTINGS": "force_tcg"} if accelerator() == "tcg" else {}
    return {**os.environ, "LIBGUESTFS_BACKEND": "direct", "LC_ALL": "C.UTF-8", **settings}



def run(*words, **options):
    """Runs a command quietly to its end; its standard output. A failure ends the row with the command's own words."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(str(word) for word in words)}: status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise NotMeasured(f"'{program}' is not installed")


def enter_private_libvirtd():
    """Starts this program again beside a libvirtd of its own, where that is possible."""
    if "PRIVATE_LIBVIRTD" in os.environ or os.geteuid() != 0 or shutil.which("libvirtd") is None:
        return
    wrapper = str(project / "tests/support/private-libvirtd")
    os.execv(wrapper, [wrapper, sys.executable, *sys.argv])


def need_machines():
    if "PRIVATE_LIBVIRTD" not in os.environ:
        raise NotMeasured("needs root and libvirtd, for a private daemon")


def guest(name):
    return pathlib.Path(run(project / "tests/guests/guest", name).strip())


def first_match(path, word):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(word):
            return line.split(":", 1)[-1].split("=", 1)[-1].strip().strip('"')
    return "unknown"


def describe():
    kibibytes = int(first_match("/proc/meminfo", "MemTotal").split()[0])
    return {"processors": os.cpu_count(), "processor": first_match("/proc/cpuinfo", "model name"),
            "memory": f"{kibibytes / 2**20:.0f} GiB", "accelerator": accelerator().upper(),
            "system": first_match("/etc/os-release", "PRETTY_NAME"),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}


class Host:
    def __init__(self, build, rounds):
        self.build, self.rounds = build, rounds
        self.bin = build / "bin"
        if not (self.bin / "imprintctl").exists():
            sys.exit(f"run: nothing is built in '{build}'")

    def __enter__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="imprint-bench-", dir="/var/tmp"))
        self.scratch.chmod(0o711)  # QEMU may run as another user
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch, ignore_errors=True)


class Agent:
    """An imprintd with a state folder of its own. Ends with the block."""

    def __init__(self, bench, uri, state=None):
        self.bench, self.uri = bench, uri
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=bench.scratch))
        self.folder.chmod(0o711)
        self.state = state or self.folder / "state"
        self.socket = self.folder / "imprint.sock"

    def __enter__(self):
        config = self.folder / "imprint.toml"
        cache = os.environ.get("IMPRINT_TEST_CACHE", "/var/cache/imprint")
        config.write_text(f'state_folder = "{self.state}"\ncache_folder = "{cache}"\n[socket]\npath = "{self.socket}"\n'
                          f'[hypervisor]\nuri = "{self.uri}"\n')
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen([self.bench.bin / "imprintd", "--config", config], stdout=self.log, stderr=self.log)
        for _ in range(300):
            if self.ctl("node", "status", check=False).returncode == 0:
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the agent does not answer: {(self.folder / 'log').read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def ctl(self, *words, check=True):
        command = [self.bench.bin / "imprintctl", *[str(word) for word in words], "--socket", self.socket]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"imprintctl {' '.join(map(str, words))}: {done.stderr[-2000:]}")
        return done

    def json(self, *words):
        return json.loads(self.ctl(*words, "--json").stdout)

    def job(self, *words):
        """Orders a change; the id of its job."""
        return self.ctl(*words, "--no-wait").stdout.strip()

    def get(self, path):
        """The body of an answer, over a connection of its own."""
        connection = UnixConnection(self.socket)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status}: {body[:500]}")
        return body

    def wait_for(self, job, is_there):
        """Looks at a job until it is so far, or has ended."""
        while True:
            seen = json.loads(self.get(f"/v1/jobs/{job}"))
            if is_there(seen):
                return seen
            if seen["state"] not in ("queued", "running"):
                raise RuntimeError(f"job {job} ended as {seen['state']}: {seen.get('error')}")
            time.sleep(0.005)

    def wait_for_step(self, job, name):
        return self.wait_for(job, lambda seen: any(step["name"] == name and step["state"] == "done" for step in seen["steps"]))

    def wait_for_end(self, job):
        return self.wait_for(job, lambda seen: seen["state"] == "succeeded")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def step_milliseconds(job):
    """What each step of a job took, as the journal has it."""
    def moment(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return {step["name"]: round((moment(step["ended"]) - moment(step["started"])).total_seconds() * 1000)
            for step in job["steps"] if step["ended"]}
