"""A diary that changes by the minute, over HTTP: what SQL changes is seen by the very next question."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.flows.clinic import SECRET, on_server
from tests.flows.diary import PATIENT, Diary, Statements, all_at_once, diary, outcomes, states
from tests.flows.home import wait_until
from tests.servers import PASSWORD, MariaDB, PostgreSQL

SEARCH = f"Appointment?patient={PATIENT}"


@pytest.fixture(params=["mariadb", "sqlite"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Diary]:
    server = request.getfixturevalue("mariadb_server") if request.param == "mariadb" else None
    with diary(tmp_path, server) as opened:
        yield opened


@pytest.fixture
def asked(mariadb_server: MariaDB, tmp_path: Path) -> Iterator[tuple[Diary, Statements]]:
    """A diary whose server tells what it was asked."""
    with diary(tmp_path, mariadb_server) as opened, Statements(mariadb_server) as statements:
        yield opened, statements


def told_nothing_secret(book: Diary) -> None:
    text = book.server.output.read_text()
    for secret in (PASSWORD, SECRET, "SELECT", "Traceback"):
        assert secret not in text


def test_changed_added_deleted_and_moved_is_seen_by_the_next_question(book: Diary) -> None:
    assert book.states() == {"3": "booked"}
    book.sql("UPDATE booking SET state='X' WHERE no=3")
    assert book.states() == {"3": "cancelled"}
    book.sql("UPDATE booking SET state=' ' WHERE no=3")
    assert book.get("Appointment/3").json()["status"] == "booked"
    book.sql(f"INSERT INTO booking VALUES (900, {PATIENT}, '2025-01-02 09:00:00', ' ')")
    assert book.get("Appointment/900").json()["start"] == "2025-01-02T09:00:00+01:00"
    book.sql(f"INSERT INTO booking VALUES (901, {PATIENT}, '2025-01-03 09:00:00', ' ')")
    assert book.states() == {"3": "booked", "900": "booked", "901": "booked"}
    book.sql("DELETE FROM booking WHERE no=900")
    assert book.states() == {"3": "booked", "901": "booked"}
    book.sql("DELETE FROM booking WHERE no=901")
    response = book.get("Appointment/901")
    assert (response.status_code, response.headers["age"]) == (410, "0")
    book.sql("UPDATE booking SET person=4 WHERE no=3")
    assert book.states() == {}
    assert "3" in book.states(4)
    book.sql("UPDATE booking SET person=3 WHERE no IN (3, 5)")
    assert book.states() == {"3": "booked", "5": "booked"}
    assert book.states(5) == {}
    assert book.get("Appointment/777").status_code == 404


def test_an_answer_says_how_old_it_is(book: Diary) -> None:
    live = book.get(SEARCH)
    assert live.headers["age"] == "0"
    assert outcomes(live.json()) == []
    read = book.get("Appointment/3")
    assert (read.headers["age"], read.headers.get("warning")) == ("0", None)
    for path in ("Patient/3", "Patient?_id=3", "Patient/3/_history/1", "Appointment?status=booked"):
        assert int(book.get(path).headers["age"]) >= 0, path
    assert "age" not in book.get("metadata").headers


@pytest.mark.parametrize("kind", ["mariadb", "sqlite"])
def test_a_change_is_seen_while_others_hammer_the_slice(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """MariaDB is made to take its time, so that questions come while it is at an answer."""
    if kind == "mariadb":
        slow = ", IF(no IN (3, 950), SLEEP(0.15), 0) AS slept"
        with diary(tmp_path, request.getfixturevalue("mariadb_server"), columns=slow) as book:
            hammered(book)
    else:
        with diary(tmp_path) as book:
            hammered(book)


def hammered(book: Diary) -> None:
    stop = threading.Event()
    failures: list[str] = []

    def hammer() -> None:
        with httpx.Client(timeout=30) as client:
            while not stop.is_set():
                response = client.get(f"{book.server.url}/{SEARCH}")
                if response.status_code != 200 or outcomes(response.json()):
                    failures.append(response.text)

    crowd = [threading.Thread(target=hammer) for _ in range(6)]
    for one in crowd:
        one.start()
    try:
        for turn in range(10):
            state = "X" if turn % 2 else " "
            book.sql(f"UPDATE booking SET state='{state}' WHERE no=3")
            assert book.states() == {"3": "cancelled" if turn % 2 else "booked"}
            if turn % 3 == 0:
                book.sql(f"INSERT INTO booking VALUES (950, {PATIENT}, '2025-01-02 09:00:00', ' ')")
                assert "950" in book.states()
                book.sql("DELETE FROM booking WHERE no=950")
                assert "950" not in book.states()
    finally:
        stop.set()
        for one in crowd:
            one.join()
    assert failures == []


def test_fifty_clients_at_once_cost_one_query(asked: tuple[Diary, Statements]) -> None:
    book, statements = asked
    answers = all_at_once(book.server.url, book.server.process, SEARCH, 50)
    assert all(answer.startswith(b"HTTP/1.1 200") and b'"id":"3"' in answer for answer in answers)
    assert len(statements.about("booking")) == 1


def test_cache_control(asked: tuple[Diary, Statements]) -> None:
    book, statements = asked

    def queries(search: str, wanted: str) -> int:
        before = len(statements.about("booking"))
        assert book.get(search, cache_control=wanted).status_code == 200
        return len(statements.about("booking")) - before

    assert queries(SEARCH, "") == 1
    assert queries(SEARCH, "max-age=600") == 0
    assert queries(SEARCH, "max-stale") == 0
    assert queries(SEARCH, "only-if-cached") == 0
    assert queries(SEARCH, "no-cache") == 1
    assert queries(SEARCH, "max-age=0") == 1
    assert queries(SEARCH, "max-age=soon, what=ever") == 1
    assert queries("Appointment?patient=8", "max-age=600") == 0, "it was read whole lately"
    assert queries("Appointment?status=booked", "") == 0
    assert queries("Appointment?status=booked", "no-cache") == 1
    assert queries("Appointment/3", "max-age=600") == 0
    assert queries("Appointment/3", "") == 1
    book.sql("INSERT INTO booking VALUES (900, 9, '2025-01-02 09:00:00', ' ')")
    assert "900" in states(book.bundle("Appointment?status=booked&_count=500", cache_control="no-cache"))
    book.sql("UPDATE person SET surname='Roe', changed=CURRENT_TIMESTAMP WHERE no=3")
    assert book.get("Patient/3", cache_control="no-cache").json()["name"][0]["family"] == "Roe"
    refused = book.get("Appointment?patient=8", cache_control="only-if-cached, max-age=0")
    (issue,) = refused.json()["issue"]
    assert (refused.status_code, issue["code"]) == (504, "transient")
    assert issue["diagnostics"].endswith(
        "older than was asked for, and only-if-cached forbids to ask its source."
    )


def test_pages_do_not_shift(asked: tuple[Diary, Statements]) -> None:
    book, statements = asked
    rows = ", ".join(f"({no}, {PATIENT}, '2025-01-02 09:00:00', ' ')" for no in range(900, 905))
    book.sql(f"INSERT INTO booking VALUES {rows}")
    first = book.bundle(f"{SEARCH}&_count=2")
    before = len(statements.about("booking"))
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    second = httpx.get(following)
    assert (second.status_code, int(second.headers["age"]) >= 0) == (200, True)
    assert len(statements.about("booking")) == before
    httpx.get(following, headers={"cache-control": "no-cache"})
    assert len(statements.about("booking")) == before + 1


def stale(book: Diary, reason: str, code: str = "transient") -> None:
    """Both a search and a read are answered from the store, and say why."""
    response = book.get(SEARCH)
    ((told, text),) = outcomes(response.json())
    assert response.status_code == 200
    assert told in (code, "transient")
    assert text.startswith("clinic.booking is as it was ")
    assert reason in text
    assert states(response.json()) == {"3": "booked"}
    assert int(response.headers["age"]) >= 0
    read = book.get("Appointment/3")
    assert (read.status_code, read.json()["status"]) == (200, "booked")
    assert read.headers["warning"].startswith('110 - "clinic.booking is as it was ')
    assert reason in read.headers["warning"]
    assert f"{SECRET}" not in response.text.replace(reason, "")
    assert "patient" not in text.lower()


def works_again(book: Diary) -> None:
    """By itself, with what happened meanwhile."""
    book.sql("UPDATE booking SET state='X' WHERE no=3")
    wait_until(lambda: outcomes(book.bundle(SEARCH)) == [])
    assert book.states() == {"3": "cancelled"}
    assert book.get("Appointment/3").headers.get("warning") is None
    told_nothing_secret(book)


def test_a_server_that_is_stopped(tmp_path: Path, mariadb_server: MariaDB) -> None:
    with diary(tmp_path, mariadb_server) as book:
        mariadb_server.kill()
        try:
            stale(book, "source clinic")
            stale(book, "the database cannot be reached: is it running, and are host and port right?")
            assert book.get("Patient/3").status_code == 200
            assert book.get(SEARCH, cache_control="stale-if-error=0").status_code == 503
        finally:
            mariadb_server.start()
        works_again(book)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with diary(tmp_path) as book:
        path, away = tmp_path / "clinic.db", tmp_path / "away.db"
        path.rename(away)
        wait_until(lambda: outcomes(book.bundle(SEARCH)) or True)
        away.rename(path)
        works_again(book)


def test_a_table_that_is_locked(tmp_path: Path, mariadb_server: MariaDB) -> None:
    more = ", live_timeout: 0.5s, statement_timeout: 4s"
    with diary(tmp_path, mariadb_server, more) as book:
        assert book.states() == {"3": "booked"}
        locking = threading.Thread(
            target=mariadb_server.run,
            args=("diary", "LOCK TABLES booking WRITE; SELECT SLEEP(3); UNLOCK TABLES;"),
        )
        locking.start()
        try:
            wait_until(lambda: outcomes(book.bundle(SEARCH)))
            stale(book, "its source ", "timeout")
        finally:
            locking.join()
        works_again(book)


def test_a_login_that_is_refused_at_noon(tmp_path: Path, mariadb_server: MariaDB) -> None:
    with diary(tmp_path, mariadb_server, rest="5s") as book:
        assert book.states() == {"3": "booked"}
        mariadb_server.run(
            None, f"SET PASSWORD FOR 'facade'@'%' = PASSWORD('changed'); {_kill(mariadb_server, 'facade')}"
        )
        try:
            stale(book, "the database refuses the login; check user, password", "exception")
            failed = _refused_logins(mariadb_server)
            for _ in range(10):
                stale(book, "not tried again until")
            assert _refused_logins(mariadb_server) <= failed + 1, "the breaker holds"
        finally:
            mariadb_server.run(None, f"SET PASSWORD FOR 'facade'@'%' = PASSWORD('{PASSWORD}')")
        works_again(book)


def _kill(server: MariaDB, user: str) -> str:
    ids = server.run(None, f"SELECT id FROM information_schema.processlist WHERE user='{user}'").split()
    return " ".join(f"KILL {one};" for one in ids)


def _refused_logins(server: MariaDB) -> int:
    return int(server.run(None, "SHOW GLOBAL STATUS LIKE 'Access_denied_errors'").split()[-1])


def test_other_columns(tmp_path: Path, mariadb_server: MariaDB) -> None:
    with diary(tmp_path, mariadb_server) as book:
        assert book.states() == {"3": "booked"}
        book.sql("ALTER TABLE booking CHANGE state condition_ CHAR(1)")
        stale(book, "the database has no column `state` that the SQL names", "exception")
        book.sql("ALTER TABLE booking CHANGE condition_ state CHAR(1)")
        works_again(book)


def test_two_rows_for_one_key(tmp_path: Path, mariadb_server: MariaDB) -> None:
    with diary(tmp_path, mariadb_server) as book:
        book.sql("ALTER TABLE booking DROP PRIMARY KEY")
        book.sql(
            f"INSERT INTO booking VALUES (3, {PATIENT}, '2030-01-02 09:00:00', 'X'),"
            f" (900, {PATIENT}, '2030-01-02 09:00:00', ' ')"
        )
        bundle = book.bundle(SEARCH)
        assert set(states(bundle)) == {"3", "900"}
        assert outcomes(bundle) == []
        ((reason,),) = book.clinic.home.query("SELECT reason FROM quarantine WHERE key='3'")
        assert reason == "another row of this stream has the same key"


def test_stopped_while_it_is_hammered(tmp_path: Path, mariadb_server: MariaDB) -> None:
    with diary(tmp_path, mariadb_server, columns=", SLEEP(0.02) AS slept") as book:
        answers: list[httpx.Response] = []

        def hammer() -> None:
            with suppress(httpx.TransportError):
                while True:
                    answers.append(book.get(SEARCH))

        crowd = [threading.Thread(target=hammer) for _ in range(4)]
        for one in crowd:
            one.start()
        wait_until(lambda: len(answers) > 20)
        assert book.server.stop() == -signal.SIGTERM
        for one in crowd:
            one.join()
        assert {answer.status_code for answer in answers} == {200}
        told_nothing_secret(book)
        assert len(book.server.output.read_text().splitlines()) == 1


def test_two_processes_on_one_store(
    tmp_path: Path, mariadb_server: MariaDB, postgres_server: PostgreSQL
) -> None:
    """Whoever is asked asks the source, and what one has stored the other does not undo."""
    postgres_server.create_database("diaries")
    with (
        diary(tmp_path, mariadb_server, store=postgres_server.url("diaries")) as book,
        book.clinic.home.serving() as second,
    ):
        for turn in range(20):
            book.sql(f"UPDATE booking SET state='{' X'[turn % 2]}' WHERE no=3")
            wanted = {"3": ("booked", "cancelled")[turn % 2]}
            for server in (book.server, second) if turn % 3 else (second, book.server):
                assert states(server.get(SEARCH).json()) == wanted
        book.sql("DELETE FROM booking WHERE no=3")
        assert second.get("Appointment/3").status_code == 410
        assert book.get("Appointment/3").status_code == 410


def test_never_an_empty_success(tmp_path: Path, mariadb_server: MariaDB) -> None:
    """A source that cannot be reached from the first day."""
    clinic = on_server(tmp_path, mariadb_server, "diary")
    clinic.rewrite(clinic.home.config, "UID=facade", "UID=nobody")
    with clinic.home.serving() as server:
        wait_until(lambda: server.get("Patient?name=x").status_code == 503)
        for path in ("Patient?name=x", "Patient/1", "Appointment?patient=1"):
            response = server.get(path)
            (issue,) = response.json()["issue"]
            assert (response.status_code, issue["severity"], issue["code"]) == (503, "error", "transient")
            assert (
                "has never been read whole: source clinic: the database refuses the login"
                in issue["diagnostics"]
            )
        assert server.get("Practitioner").status_code == 200
