"""The image: built without an engine, and its own command run as its own user on a read-only file system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from facade.packs.demo.generate import generate
from tests.paths import REPO
from tests.servers import free_port

TAG = "fhir-facade-test"
BUILD_SECONDS = 900
START_SECONDS = 60
PATIENTS = 20

SETTINGS = """\
sources:
  kestrel: { pack: demo, url: 'sqlite:////legacy/kestrel.db', every: 1s }
site: { timezone: America/New_York }
"""


def _lacking() -> str:
    if sys.platform != "linux":
        return "images are built on Linux"
    if os.geteuid() != 0:
        return "mounting a root file system needs root"
    missing = [name for name in ("buildah", "mmdebstrap", "unshare") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


pytestmark = pytest.mark.skipif(
    bool(_lacking()) and "FACADE_REQUIRE_SHARED" not in os.environ, reason=_lacking()
)


def run(*command: str) -> str:
    done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=BUILD_SECONDS)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.strip()


@dataclass(frozen=True)
class Image:
    """The image's own configuration, and its file system, unpacked."""

    config: dict[str, Any]
    root: Path


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    run("sh", str(REPO / "docker" / "image.sh"), TAG)
    config = json.loads(run("buildah", "inspect", "--type", "image", TAG))["Docker"]["config"]
    container = run("buildah", "from", TAG)
    try:
        yield Image(config, Path(run("buildah", "mount", container)))
    finally:
        run("buildah", "rm", container)
        run("buildah", "rmi", TAG)


@dataclass
class Clinic:
    """The folders that a container gets, and the way to run something in it."""

    image: Image
    volumes: dict[str, Path]
    port: int

    def command(self, *args: str) -> list[str]:
        """The image's entry point (or `args` with `sh -c` before) as its user, its root mounted read-only."""
        root = self.image.root
        mounts = [
            f"mount --bind {root} {root}",
            f"mount -o remount,ro,bind {root}",
            f"mount -t tmpfs t {root}/tmp",
        ]
        mounts += [f"mount --rbind /{name} {root}/{name}" for name in ("proc", "dev")]
        mounts += [f"mount --bind {folder} {root}{place}" for place, folder in self.volumes.items()]
        environ = [*self.image.config["Env"], f"FACADE_PORT={self.port}"]
        enter = [
            "chroot",
            f"--userspec={self.image.config['User']}",
            str(root),
            "/usr/bin/env",
            "-i",
            *environ,
        ]
        go = f'cd {self.image.config["WorkingDir"]} && exec "$@"'
        script = " && ".join(mounts) + ' && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *enter, "sh", "-c", go, "sh", *args]

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("sh", "-c", script), check=False, text=True, capture_output=True, timeout=60
        )

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """The image's own command, until the block ends."""
        command = self.command(*self.image.config["Entrypoint"], *self.image.config["Cmd"])
        with subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            try:
                yield process
            finally:
                process.terminate()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/{path}", timeout=20)

    def answers(self, process: subprocess.Popen[str], path: str, wanted: Any) -> None:
        """Wait until `wanted(response)` holds; a server that ended is told with what it said."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, process.stdout and process.stdout.read()
            try:
                if wanted(self.get(path)):
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{path} does not answer as it should")


@pytest.fixture
def clinic(image: Image, tmp_path: Path) -> Clinic:
    user = int(image.config["User"].partition(":")[0])
    volumes = {name: tmp_path / name.strip("/").replace("/", "-") for name in image.config["Volumes"]}
    for folder in volumes.values():
        folder.mkdir(mode=0o700)
        os.chown(folder, user, user)
    tmp_path.chmod(0o755)
    legacy, site = tmp_path / "legacy", tmp_path / "site"
    for folder in (legacy, site):
        folder.mkdir(mode=0o755)
    generate(legacy / "kestrel.db", patients=PATIENTS, seed=5, today=date(2026, 1, 5))
    (site / "facade.yaml").write_text(SETTINGS, encoding="utf-8")
    place = image.root / "legacy"
    place.mkdir(exist_ok=True)
    return Clinic(image, {**volumes, "/etc/facade": site, "/legacy": legacy}, free_port())


EVERYONE = "fhir/Patient?_count=0&_total=accurate"


def test_the_image_serves_and_keeps_its_store(clinic: Clinic) -> None:
    test = clinic.image.config["Healthcheck"]["Test"]
    assert test[0] == "CMD"

    def healthy() -> bool:
        done = subprocess.run(clinic.command(*test[1:]), check=False, capture_output=True, timeout=60)
        return done.returncode == 0

    assert not healthy()
    with clinic.serving() as process:
        clinic.answers(process, EVERYONE, lambda response: response.json().get("total") == PATIENTS)
        assert healthy()
        assert _user_of(process) == clinic.image.config["User"].partition(":")[0] != "0"
        first = clinic.get("fhir/Patient?_count=1").json()["entry"][0]["resource"]
    (clinic.volumes["/legacy"] / "kestrel.db").unlink()
    with clinic.serving() as process:
        clinic.answers(process, "healthz", lambda response: response.status_code == 200)
        assert clinic.get(EVERYONE).json()["total"] == PATIENTS
        assert clinic.get(f"fhir/Patient/{first['id']}").json()["meta"] == first["meta"]


def _user_of(process: subprocess.Popen[str]) -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("Uid:"))


def test_nothing_is_written_outside_of_the_volumes(clinic: Clinic) -> None:
    for place in ("/", "/opt/facade", "/etc/facade", "/usr/bin", "/var/log"):
        assert clinic.shell(f"touch {place}/x").returncode != 0, place
    for place in ("/tmp", *clinic.image.config["Volumes"]):
        assert clinic.shell(f"touch {place}/x").returncode == 0, place


def test_the_image_has_the_drivers_and_no_installer(clinic: Clinic) -> None:
    drivers = clinic.shell("odbcinst -q -d 2>/dev/null || cat /etc/odbcinst.ini").stdout
    assert all(name in drivers for name in ("MariaDB", "PostgreSQL", "FreeTDS", "SQLite3")), drivers
    assert clinic.shell("python -c 'import pyodbc, psycopg, sqlcipher3'").returncode == 0
    assert clinic.shell("python -m pip --version").returncode != 0
    assert clinic.shell("find / -xdev -perm -4000 -user root -writable 2>/dev/null | head -1").stdout == ""


def test_the_compose_file_keeps_what_the_image_promises() -> None:
    compose = yaml.safe_load((REPO / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"]["facade"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    assert {"/var/lib/facade", "/var/lib/facade-key", "/etc/facade"} <= mounted
