"""What an agent under test stands on: machines in a file, or libvirt's."""
import glob
import json
import os
import re
import signal
import subprocess
import time

import failpoints
import scenes

ENOSPC, EIO, EAGAIN = 28, 5, 11
TOLD_OF = 4  # seconds after which a stop is told of, for a reboot is none

WORKER = r"""#!/bin/sh
# Accepts whatever qcow2 it is shown: what is tested here is not what it thinks of images.
for image; do :; done
digest=$(sha256sum "$image"); digest=${digest%% *}
printf '%s' '@REPORT@' | sed "s/@SHA256@/$digest/"
"""


def report(size):
    """What imprint-inspect prints of an image that it accepts."""
    return {"path": "x", "sha256": "@SHA256@", "verdict": "accepted",
            "container": {"format": "qcow2", "virtual_size": size},
            "guest": {"type": "linux", "id": "debian", "version": "12", "name": "a guest", "arch": "x86_64", "init": "systemd",
                      "firmware": ["bios"]},
            "disks": [], "boot": {"loader": "grub2", "default": None}, "findings": [], "undetermined": [],
            "coverage": {"evaluated": 0, "not_applicable": 0, "undetermined": 0},
            "timings_ms": {"container": 0, "launch": 0, "read": 0, "rules": 0, "total": 0}}


def write_worker(path, size):
    with open(path, "w") as file:
        file.write(WORKER.replace("@REPORT@", json.dumps(report(size))))
    os.chmod(path, 0o755)


def make_images(folder):
    """Small ones that differ; no guest is on them."""
    images = {}
    for number, name in enumerate(["first", "second", "panics", "third"]):
        images[name] = f"{folder}/{name}.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", images[name], "8M"], check=True)
        subprocess.run(["qemu-io", "-f", "qcow2", "-c", f"write -P {number + 1} 0 64k", images[name]], check=True,
                       stdout=subprocess.DEVNULL)
    return images


def config(node, worker, hypervisor):
    return f"""state_folder = "{node}/state"
cache_folder = "{os.environ.get('IMPRINT_TEST_CACHE', '/var/cache/imprint')}"
[socket]
path = "{node}/imprint.sock"
[worker]
program = "{worker}"
[hypervisor]
accelerator = "tcg"
{hypervisor}
"""


class FileWorld:
    most_instances, data_sizes, patience = 4, (1 << 20,), 60
    on_libvirt = False
    evils = ["nothing", "kill", "kill", "kill", "twice", "power", "torn", "full", "crowded", "once", "cancel", "term"]

    def __init__(self, build, folder):
        os.chmod(folder, 0o711)
        self.images = make_images(folder)
        place = f"{folder}/node"
        os.makedirs(f"{place}/machines")
        with open(f"{place}/machines/panics", "w") as file:
            file.write(scenes.digest_of(self.images["panics"]))
        write_worker(f"{folder}/worker", 8 << 20)
        plugin = f'plugin = "file"\nplugin_folder = "{build}/test-lib"\nuri = "{place}/machines"'
        self.node = failpoints.Node(place, build, config(place, f"{folder}/worker", plugin))

    def begin(self):
        self.node.sync_all()
        self.node.start()
        assert self.node.wait_until_ready(), "the agent does not start"
        for name in ["first", "second", "panics"]:
            self.node.done(scenes.import_of(self.images[name], name))

    def end(self):
        self.node.stop(signal.SIGKILL)

    def arm(self, evil, random):
        at = random.randrange(700)
        action = {"full": failpoints.BROKEN, "crowded": failpoints.CROWDED, "once": failpoints.FAIL}.get(evil, failpoints.KILL)
        if evil not in ("nothing", "cancel", "term"):
            self.node.control.set(True, at, action, {"full": ENOSPC, "crowded": EAGAIN}.get(evil, EIO))

    def do_evil(self, evil, random, answers):
        node, open_jobs = self.node, [answer["id"] for answer in answers if answer]
        if evil == "cancel":
            for job in open_jobs:
                time.sleep(random.random() * 0.3)
                try:
                    node.call("POST", f"/v1/jobs/{job}/cancel", {})
                except failpoints.Refused as refused:
                    assert refused.status == 409, refused
        elif evil == "term":
            time.sleep(random.random() * 0.3)
            node.stop()
        elif evil in ("full", "crowded"):
            time.sleep(random.random())
            node.control.set(False)
        else:
            for job in open_jobs:
                node.wait_for(job)
        dying = evil in ("kill", "twice", "power", "torn") and node.control.fired > 0
        node.control.set(False)
        if node.alive() and not dying and evil not in ("power", "torn", "twice"):
            return
        node.stop(signal.SIGKILL)
        if evil in ("power", "torn"):
            node.cut_power(random if evil == "torn" else None)
        if evil == "twice":
            node.start(True, random.randrange(100), failpoints.KILL)
            time.sleep(random.random() * 0.5)
            node.stop(signal.SIGKILL)
        node.sync_all()
        node.start()
        assert node.wait_until_ready(), "the agent does not start again"

    def machines(self):
        path = f"{self.node.scratch}/machines/machines.json"
        if not os.path.exists(path):
            return {}
        with open(path) as file:
            entries = json.load(file)
        return {uuid: {"system": entry["machine"]["system"]["path"], "seed": entry["machine"]["seed"]["path"]}
                for uuid, entry in entries.items()}

    def check(self, model, views, evil):
        scenes.check_instances_are_whole(self.node, self.machines)


class LibvirtWorld(FileWorld):
    """Real machines, of the tiny guests that say on their console who they are and what they find on their data disk."""
    most_instances, data_sizes, patience = 2, (64 << 20,), 400
    on_libvirt = True  # guests write to their data disks
    evils = ["nothing", "kill", "kill", "kill", "libvirtd", "hang", "qemu", "cancel", "term"]

    def __init__(self, build, folder):
        os.chmod(folder, 0o711)
        guest = f"{os.path.dirname(os.path.abspath(__file__))}/../guests/guest"
        self.images = {name: subprocess.check_output([guest, tiny], text=True).strip()
                       for name, tiny in [("first", "tiny-v1"), ("second", "tiny-v2"), ("panics", "tiny-panic")]}
        size = json.loads(subprocess.check_output(["qemu-img", "info", "--output=json", self.images["first"]]))["virtual-size"]
        write_worker(f"{folder}/worker", size)
        place = f"{folder}/node"
        self.node = failpoints.Node(place, build, config(place, f"{folder}/worker", f'plugin_folder = "{build}/plugins"\nuri = "qemu:///system"'))
        self.node.environment["IMPRINT_FAILPOINTS_HURRY"] = "1"
        self.signatures = {}

    def begin(self):
        self.node.start()
        assert self.node.wait_until_ready(), "the agent does not start"
        for name in ["first", "second", "panics"]:
            order = scenes.import_of(self.images[name], name)
            del order[2]["confirm"]
            self.node.done(order)

    def end(self):
        for view in self.node.call("GET", "/v1/instances")["instances"] if self.node.alive() else []:
            self.node.done(("DELETE", f"/v1/instances/{view['id']}", {}))
        super().end()

    def do_evil(self, evil, random, answers):
        if evil in ("libvirtd", "hang", "qemu"):
            time.sleep(random.random() * 8)
            self.strike(evil, random)
        super().do_evil(evil, random, answers)

    def strike(self, evil, random):
        """Against what runs beside the agent; returns how many processes it met."""
        if evil == "libvirtd":
            subprocess.run(["kill-libvirtd"], check=True)
            time.sleep(random.random() * 3)
            subprocess.run(["start-libvirtd"], check=True)
            return 1
        if evil == "hang":
            subprocess.run(["stop-libvirtd"], check=True)
            time.sleep(random.random() * 15)
            subprocess.run(["continue-libvirtd"], check=True)
            return 1
        return sum(kill_by_file(path) for path in glob.glob("/run/libvirt/qemu/i-*.pid"))

    def machines(self):
        found = {}
        names = subprocess.check_output(["virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name"], text=True).split()
        for name in names:
            xml = subprocess.check_output(["virsh", "-q", "-c", "qemu:///system", "dumpxml", "--inactive", name], text=True)
            files = dict(re.findall(r"<source file='([^']+)'.*?<target dev='(\w+)'", xml, re.S)[i][::-1]
                         for i in range(len(re.findall(r"<source file='([^']+)'.*?<target dev='(\w+)'", xml, re.S))))
            found[re.search(r"<uuid>(.*?)</uuid>", xml)[1]] = {"system": files["vda"], "seed": files["vdz"]}
        return found

    def check(self, model, views, evil):
        if evil == "qemu":
            self.start_what_was_killed()
        scenes.check_instances_are_whole(self.node, self.machines)
        for name, view in views.items():
            if not view["wanted_running"]:
                continue
            console = self.wait_for_login(name)
            assert fact(console, "image") == {"first": "tiny-v1", "second": "tiny-v2"}[model.instances[name]["image"]], console[-2000:]
            assert fact(console, "instance-id") == view["system"]["cloud_instance_id"]
            signature = re.search(r"written by \S+ as \S+ in \S+", console)
            assert signature, f"{name}: nothing is on the data disk: {console[-2000:]}"
            # The guest tells of its signature when the disk has it for good, so that not even a QEMU that is killed takes it along.
            was = self.signatures.setdefault(view["id"], signature[0])
            assert was == signature[0], f"{name}: the data disk lost its content: '{was}', now '{signature[0]}'"

    def start_what_was_killed(self):
        """The agent tells of a dead machine and starts none."""
        time.sleep(TOLD_OF)
        for view in self.node.call("GET", "/v1/instances")["instances"]:
            if view["wanted_running"] and view["power"] != "running":
                self.node.done(("POST", f"/v1/instances/{view['name']}/start", {}))

    def wait_for_login(self, name):
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            connection = failpoints.Connection(self.node.socket, 30)
            connection.request("GET", f"/v1/instances/{name}/console?bytes=200000")
            text = connection.getresponse().read().decode(errors="replace").replace("\r", "")
            connection.close()
            if "login:" in text:
                return text
            time.sleep(0.5)
        raise AssertionError(f"{name} does not come up: {text[-2000:]}")


def kill_by_file(path):
    """False: it has ended by itself meanwhile."""
    try:
        with open(path) as file:
            os.kill(int(file.read()), signal.SIGKILL)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def fact(console, name):
    found = re.findall(rf"^imprint-guest {name}[=:] *(.*)$", console, re.M)
    return found[-1].strip() if found else None
