"""Private MariaDB and PostgreSQL servers on free ports in temporary folders, for tests and benchmarks.

    with mariadb() as server:
        server.create_database("emr")
        server.load("emr", Path("schema.sql"))
        server.odbc("emr")      # a connection string for pyodbc
        server.url("emr")       # a URL for SQLAlchemy-like libraries

They are tuned to start fast and forget nothing but durability: never keep data in them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

USER = "facade"
PASSWORD = "fac-ade;1"  # with a character that a connection string must quote
APT = "apt-get install unixodbc mariadb-server odbc-mariadb postgresql odbc-postgresql libsqliteodbc tdsodbc"
START_SECONDS = 60


class MissingServer(RuntimeError):
    """A server or driver that these tests need is not installed."""


class Server(ABC):
    """One private database server; `kill` and `start` again keep its data and port."""

    #: The name that the driver is registered under, and its library's file.
    driver: tuple[str, str]
    #: The user that the server runs as when we are root, where it refuses root.
    account: str | None = None

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="facade-server-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if self.account and _is_root():
            shutil.chown(self.folder, self.account, self.account)
        try:
            self._create()
            self.start()
            self._create_user()
        except BaseException:
            self.stop()
            raise

    @abstractmethod
    def _create(self) -> None: ...
    @abstractmethod
    def _command(self) -> Sequence[str]: ...
    @abstractmethod
    def _create_user(self) -> None: ...
    @abstractmethod
    def _client(self, database: str | None) -> Sequence[str]: ...
    @abstractmethod
    def odbc(self, database: str) -> str:
        """An ODBC connection string, password included."""

    @abstractmethod
    def url(self, database: str) -> str:
        """A URL, password included."""

    @property
    def pid(self) -> int:
        """Of the process that is the parent of all its others."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start (again), and return when it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._as_account(self._command()), stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = (self.folder / "server.log").read_text(errors="replace")
                raise RuntimeError(f"{type(self).__name__} did not start:\n{log_text[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would: SIGKILL, children too."""
        if self._process is None:
            return
        children = _children(self._process.pid)
        for process in children:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.kill()
        self._process.wait()
        psutil.wait_procs(children)  # what they hold a server that is started again wants
        self._process = None

    def stop(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, database: str | None, sql: str | bytes) -> str:
        """What the database's own command-line client prints for a script."""
        script = sql.encode() if isinstance(sql, str) else sql
        done = subprocess.run(
            self._client(database), input=script, capture_output=True, env=self._environment(), check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
        return done.stdout.decode(errors="replace")

    def load(self, database: str, path: Path) -> None:
        """Run a file of SQL."""
        with path.open("rb") as script:
            done = subprocess.run(
                self._client(database),
                stdin=script,
                capture_output=True,
                env=self._environment(),
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{path.name}: {done.stderr.decode(errors='replace')[-2000:]}")

    def create_database(self, name: str) -> str:
        """Create a database, replacing one of that name; gives its ODBC connection string."""
        self.run(None, f"DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name};\n")
        return self.odbc(name)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGPASSWORD": PASSWORD, "MYSQL_HISTFILE": os.devnull}

    def _answers(self) -> bool:
        try:
            self.run(None, "SELECT 1;")
        except RuntimeError:
            return False
        return True

    def _as_account(self, command: Sequence[str]) -> list[str]:
        """The command, run as `account` when we are root, and dying with us where that can be had."""
        if not shutil.which("setpriv"):
            return list(command)
        drop = ["--reuid", self.account, "--regid", self.account, "--init-groups"] if self.account else []
        return ["setpriv", "--pdeathsig", "KILL", *(drop if _is_root() else []), *command]


class MariaDB(Server):
    """A MariaDB server, with the modes that the old schemas need: zero dates, utf8mb4."""

    driver = ("MariaDB Unicode", "libmaodbc.so")

    def _create(self) -> None:
        installer = program("mariadb-install-db")
        subprocess.run(
            [
                installer,
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
                f"--tmpdir={self.folder}",  # or two at once remove each other's files
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--innodb-log-file-size=16M",
                *(["--user=root"] if _is_root() else []),
            ],
            check=True,
            capture_output=True,
        )

    def _command(self) -> Sequence[str]:
        return [
            program("mariadbd", "mysqld"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",  # a server removes what it finds there when it starts
            f"--socket={self.folder / 's'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--sql-mode=NO_ENGINE_SUBSTITUTION",
            "--character-set-server=utf8mb4",
            "--default-time-zone=+00:00",
            "--innodb-buffer-pool-size=128M",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-doublewrite=0",
            "--innodb-log-file-size=16M",
            "--max-allowed-packet=64M",
            "--performance-schema=0",
            "--skip-log-bin",
            *(["--user=root"] if _is_root() else []),
        ]

    def _create_user(self) -> None:
        self.run(
            None,
            f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n",
        )

    def _client(self, database: str | None) -> Sequence[str]:
        return [
            program("mariadb", "mysql"),
            "--no-defaults",
            f"--socket={self.folder / 's'}",
            "--user=root",
            "--batch",
            "--skip-column-names",
            "--binary-mode",
            "--default-character-set=utf8mb4",
            *([database] if database else []),
        ]

    def odbc(self, database: str) -> str:
        return (
            f"Driver={odbc_driver(*self.driver)};Server=127.0.0.1;Port={self.port};"
            f"Database={database};UID={USER};PWD={{{PASSWORD}}}"
        )

    def url(self, database: str) -> str:
        return f"mysql://{USER}:{PASSWORD.replace(';', '%3B')}@127.0.0.1:{self.port}/{database}"


class PostgreSQL(Server):
    """A PostgreSQL server; its user is a superuser with a password."""

    driver = ("PostgreSQL Unicode", "psqlodbcw.so")
    account = "postgres"

    def _create(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if _is_root():
            shutil.chown(secret, self.account, self.account)
        subprocess.run(
            self._as_account(
                [
                    program("initdb"),
                    f"--pgdata={self.folder / 'data'}",
                    f"--username={USER}",
                    f"--pwfile={secret}",
                    "--auth=md5",  # SCRAM costs a client 5 ms a connection, and there are thousands
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync",
                ]
            ),
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def _command(self) -> Sequence[str]:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "synchronous_commit": "local",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": 50,
            "timezone": "UTC",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [program("postgres"), "-D", str(self.folder / "data"), *flags]

    def _create_user(self) -> None:
        """initdb made it."""

    def _client(self, database: str | None) -> Sequence[str]:
        return [
            program("psql"),
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--username={USER}",
            f"--dbname={database or 'postgres'}",
        ]

    def create_database(self, name: str) -> str:
        self.run(None, f"DROP DATABASE IF EXISTS {name} WITH (FORCE);\nCREATE DATABASE {name};\n")
        return self.odbc(name)

    def odbc(self, database: str) -> str:
        return (
            f"Driver={odbc_driver(*self.driver)};Server=127.0.0.1;Port={self.port};"
            f"Database={database};UID={USER};PWD={{{PASSWORD}}}"
        )

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD.replace(';', '%3B')}@127.0.0.1:{self.port}/{database}"


@contextmanager
def mariadb() -> Iterator[MariaDB]:
    """A running MariaDB server, removed at the end."""
    server = MariaDB()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgres() -> Iterator[PostgreSQL]:
    """A running PostgreSQL server, removed at the end."""
    server = PostgreSQL()
    try:
        yield server
    finally:
        server.stop()


def odbc_driver(name: str, library: str) -> str:
    """A driver for a connection string: its registered name in braces, or the path of its library."""
    import pyodbc

    if name in pyodbc.drivers():
        return f"{{{name}}}"
    for folder in sorted(Path("/usr/lib").glob("*/odbc")):
        if (folder / library).is_file():
            return str(folder / library)
    raise MissingServer(f"The ODBC driver {name} is not installed: {APT}")


def program(*names: str) -> str:
    """The path of the first program found, also where Debian hides PostgreSQL's."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, places), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise MissingServer(f"{names[0]} is not installed, and the tests need it: {APT}")


def free_port() -> int:
    """A TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _children(pid: int) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found
