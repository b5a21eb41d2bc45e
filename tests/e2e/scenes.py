"""The orders that the crash matrix gives, what is there before them, and what must be true after them."""
import glob
import hashlib
import json
import os
import sqlite3
import subprocess
import time

CANARY = "canary-of-a-secret-7f31"
NONE = {"kind": "none"}


def create(name, image, data=(1 << 20,)):
    return ("POST", "/v1/instances", {"name": name, "image": image, "memory": 128 << 20, "data_disks": list(data),
                                      "user_data": f"#cloud-config\n# {CANARY}\n"})


def reimage(image, **more):
    return ("POST", "/v1/instances/web/reimage", dict({"image": image, "accept_data_loss": True}, **more))


def verb(name):
    return ("POST", f"/v1/instances/web/{name}", {})


def import_of(path, name):
    return ("POST", "/v1/images", {"source": path, "name": name, "confirm": NONE})


class Scene:
    def __init__(self, name, base, order, check, twin=None):
        self.name, self.base, self.order, self.check = name, base, order, check
        self.twin = twin or (order[0], order[1], dict(order[2], surplus=1))  # the same key for another request


class World:
    """The bases that scenes start from, made once with a real agent."""

    def __init__(self, node, images):
        self.node, self.images = node, images

    def base(self, name):
        for step in {"empty": [], "images": ["images"], "web": ["images", "web"],
                     "reimaged": ["images", "web", "reimaged"], "stopped": ["images", "web", "stopped"]}[name]:
            getattr(self, f"make_{step}")()

    def make_images(self):
        for name, path in sorted(self.images.items()):
            if name != "third":
                self.node.done(import_of(path, name))

    def make_web(self):
        self.node.done(create("web", "first"))
        self.node.done(verb("stop"))
        disk = self.instance("web")["data_disks"][0]["path"]
        subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write -P 0x5a 0 512k", disk], check=True, stdout=subprocess.DEVNULL)
        self.node.done(verb("start"))

    def make_reimaged(self):
        self.node.done(reimage("second", keep_old_seconds=3600))

    def make_stopped(self):
        self.node.done(verb("stop"))

    def instance(self, name):
        return self.node.call("GET", f"/v1/instances/{name}")


def scenes(images):
    def listed(world, name):
        return [image for image in world.node.call("GET", "/v1/images")["images"] if image["name"] == name]

    def is_there(world, name):
        return any(i["name"] == name for i in world.node.call("GET", "/v1/instances")["instances"])

    def imported(world, done, before):
        assert bool(listed(world, "third")) == done, "the list of images says something else than the job"

    def deleted(world, done, before):
        assert bool(listed(world, "first")) != done, "the list of images says something else than the job"

    def created(world, done, before):
        assert is_there(world, "db") == done, "the list of instances says something else than the job"

    def exchanged(to):
        def check(world, done, before):
            now = world.instance("web")
            assert now["system"]["image_name"] == (f"{to}@1" if done else before["system"]["image_name"])
            if not done:
                assert now["system"] == before["system"], "the old system is not the same"
        return check

    def committed(world, done, before):
        assert (world.instance("web")["retained"] is None) == done

    def released(world, done, before):
        assert is_there(world, "web") != done

    def powered(state):
        def check(world, done, before):
            assert soon(lambda: (world.instance("web")["power"] == state) == done), f"it is not {state}"
        return check

    return [
        Scene("import", "empty", import_of(images["third"], "third"), imported),
        Scene("import-of-known-bytes", "images", import_of(images["first"], "third"), imported),
        Scene("delete-image", "web", ("DELETE", "/v1/images/first?force=true", {}), deleted,
              ("DELETE", "/v1/images/second", {})),
        Scene("delete-unused-image", "images", ("DELETE", "/v1/images/first", {}), deleted,
              ("DELETE", "/v1/images/second", {})),
        Scene("create", "images", create("db", "first", (1 << 20, 2 << 20)), created, create("db2", "first")),
        Scene("create-of-a-guest-that-panics", "images", create("db", "panics"), created, create("db2", "first")),
        Scene("reimage", "web", reimage("second", keep_old_seconds=3600), exchanged("second"), reimage("first")),
        Scene("reimage-that-keeps-nothing", "reimaged",
              reimage("first", keep_old_seconds=0, user_data=f"#cloud-config\n# {CANARY} again\n"), exchanged("first"), reimage("second")),
        Scene("reimage-that-rolls-back", "web", reimage("panics"), exchanged("panics"), reimage("first")),
        Scene("reimage-of-a-stopped-instance", "stopped", reimage("second"), exchanged("second"), reimage("first")),
        Scene("revert", "reimaged", verb("revert"), exchanged("first"), verb("commit")),
        Scene("commit", "reimaged", verb("commit"), committed, verb("revert")),
        Scene("release", "reimaged", ("DELETE", "/v1/instances/web", {}), released, verb("revert")),
        Scene("stop", "web", verb("stop"), powered("stopped"), verb("start")),
        Scene("start", "stopped", verb("start"), powered("running"), verb("stop")),
    ]


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()


def data_digests(node):
    return {path: digest_of(path) for path in glob.glob(f"{node.state}/instances/*/data-*")}


def records(node, prefix):
    database = sqlite3.connect(f"file:{node.state}/state.db?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT key, value FROM entries WHERE key >= ? AND key < ?", (prefix.encode(), prefix.encode() + b"~")).fetchall()
    finally:
        database.close()
    return [(text(key), text(value)) for key, value in rows]


def soon(holds):
    """What the agent shows of a machine is what it saw last, some seconds ago at most."""
    end = time.monotonic() + 15
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def check_nothing_leaked(node):
    """Every file is named by a record, and every name in a record has its file."""
    named, secret_files, images = set(), set(), set()
    for _, record in records(node, "images/"):
        images.add(f"{node.state}/images/sha256-{json.loads(record)['digest']}.qcow2")
    for _, record in records(node, "instances/"):
        instance = json.loads(record)
        systems = [instance["system"]] + ([instance["retained"]["system"]] if instance["retained"] else [])
        for system in systems:
            named.update([system["disk"]["path"], system["seed"]["path"]])
            images.add(system["disk"]["base_path"])
        named.update(disk["path"] for disk in instance["data_disks"])
        folder = f"{node.state}/instances/{instance['id']}"
        secret_files.update([f"{folder}/secrets.json", f"{folder}/console.log"])
    named |= images | {f"{image}.seal" for image in images}
    files = {path for path in glob.glob(f"{node.state}/*/**", recursive=True) if os.path.isfile(path)}
    hidden = {path for path in glob.glob(f"{node.state}/*/**/.*", recursive=True) if os.path.isfile(path)}
    assert files - named - secret_files | hidden == set(), f"leaked: {files - named - secret_files | hidden}"
    assert named - files == set(), f"lost: {named - files}"
    assert records(node, "holds/") == [], f"holds are left: {records(node, 'holds/')}"
    folders = set(os.listdir(f"{node.state}/instances"))
    ids = {key.split("/")[1] for key, _ in records(node, "instances/")}
    assert folders == ids, f"folders {folders} of instances {ids}"


def check_instances_are_whole(node, machines):
    """Each boots the system of its record, as one unit; nothing else is defined."""
    def powers_are_as_wanted():
        views = node.call("GET", "/v1/instances")["instances"]
        return all(view["power"] == ("running" if view["wanted_running"] else "stopped") for view in views)

    soon(powers_are_as_wanted)
    seen = set()
    for view in node.call("GET", "/v1/instances")["instances"]:
        machine = machines()[view["uuid"]]
        seen.add(view["uuid"])
        assert machine["system"] == view["system"]["disk"]["path"], "the definition has another system than the record"
        assert machine["seed"] == view["system"]["seed"]["path"], "the definition has another seed than the record"
        assert view["power"] == ("running" if view["wanted_running"] else "stopped"), f"it is {view['power']}"
        assert view["open_job"] is None
        for disk in [view["system"]["disk"]] + view["data_disks"]:
            subprocess.run(["qemu-img", "check", "-q", "-U", "-f", "qcow2", disk["path"]], check=True, stdout=subprocess.DEVNULL)
    assert set(machines()) == seen, "a machine without a record is defined"


def check_no_secret(node):
    for path in glob.glob(f"{node.state}/*.db*") + [node.log]:
        with open(path, "rb") as file:
            assert CANARY.encode() not in file.read(), f"a secret stands in {path}"
