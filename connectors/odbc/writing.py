"""Writing: a command's statements in one transaction, with affected-row checks and the key that was made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from connectors.base import Clock, Command, Receipt
from connectors.errors import ConnectorError, DeliveryUnknown, Rejected, Unreachable
from connectors.odbc.actions import Action, Bound
from connectors.odbc.failures import fault_of
from connectors.odbc.keys import key_text
from connectors.odbc.link import Link
from connectors.odbc.options import Options
from connectors.odbc.pool import Pool
from connectors.odbc.values import plain

_MAY_BE_DONE = "it may or may not have been carried out; read back before it is sent again"


@dataclass
class Progress:
    """How far a delivery got, seen from outside its thread."""

    touched: bool = False
    """Whether a statement was sent."""
    committing: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a transaction did."""

    already: bool
    key: str | None
    rows: tuple[int, ...] = ()


class Writer:
    """Carries out commands."""

    def __init__(self, source: str, options: Options, pool: Pool, clock: Clock) -> None:
        self._source, self._options, self._pool, self._clock = source, options, pool, clock

    async def send(self, command: Command) -> Receipt:
        """Deliver once. Raises Unreachable (surely not done), Rejected or DeliveryUnknown."""
        action = self._action(command)
        what = f"action {command.action}"
        here = f"source {self._source}, {what}"
        values = {**command.body, "key": command.key, "command_id": command.command_id}
        self._check_names(action, values, what)
        async with self._pool.session(writing=True) as session:
            progress = Progress()
            work = session.start(lambda link: _transaction(link, action, values, progress, here))
            try:
                outcome = await session.result(work, what, "", writing=True)
            except asyncio.CancelledError:
                if progress.committing or (progress.touched and not action.atomic):
                    raise DeliveryUnknown(
                        f"source {self._source}, {what}: it was interrupted; {_MAY_BE_DONE}"
                    ) from None
                raise
            except Unreachable as error:
                if progress.committing or (progress.touched and not action.atomic):
                    raise DeliveryUnknown(f"{error}; {_MAY_BE_DONE}") from None
                raise
            told = session.link.told
        return Receipt(
            command_id=command.command_id,
            status="already-done" if outcome.already else "done",
            key=outcome.key if outcome.key is not None else command.key,
            evidence={"database": told, "action": command.action, "rows": list(outcome.rows)},
            at=self._clock(),
        )

    def _action(self, command: Command) -> Action:
        writes = self._options.writes
        for name in (f"{command.stream}.{command.action}", command.action):
            if name in writes:
                return writes[name]
        close = get_close_matches(command.action, writes, 1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        raise Rejected(f"source {self._source}: `writes` has no action `{command.action}`{hint}")

    def _check_names(self, action: Action, values: Mapping[str, Any], what: str) -> None:
        bounds = [
            *action.statements,
            *(one for one in (action.already, action.key) if isinstance(one, Bound)),
        ]
        needed = {name for bound in bounds for name in bound.names}
        if isinstance(action.key, str) and action.key.startswith(":"):
            needed.add(action.key[1:])
        missing = sorted(needed - values.keys())
        if missing:
            raise Rejected(f"source {self._source}, {what}: the command gives no {', '.join(missing)}")


def _transaction(
    link: Link, action: Action, values: Mapping[str, Any], progress: Progress, here: str
) -> Outcome:
    """All statements or none. Blocks."""
    try:
        return _statements(link, action, values, progress, here)
    except BaseException as error:
        if progress.committing and _unsure(error):
            raise DeliveryUnknown(
                f"{here}: the connection was lost during the commit; {_MAY_BE_DONE}"
            ) from None
        progress.committing = False
        try:
            link.close_cursor()
            link.connection.rollback()
        except Exception:  # noqa: S110 a lost connection is rolled back by the database
            pass
        raise


def _unsure(error: BaseException) -> bool:
    """Whether a failed commit may have been made: only a clear refusal says that it was not."""
    if isinstance(error, ConnectorError):
        return False
    fault = fault_of(error)
    return fault.lost or fault.stopped or fault.state[:2] not in ("23", "25", "40", "42", "22")


def _statements(
    link: Link, action: Action, values: Mapping[str, Any], progress: Progress, here: str
) -> Outcome:
    embedded = hasattr(link.connection, "interrupt")
    if embedded:
        link.execute("BEGIN IMMEDIATE")
    if action.already is not None:
        row = _run(link, action.already, values).fetchone()
        if row is not None:
            link.close_cursor()
            link.connection.rollback()
            return Outcome(True, key_text(plain(row[0])))
    rows = []
    returned: Any = None
    for number, statement in enumerate(action.statements, 1):
        progress.touched = True
        cursor = _run(link, statement, values)
        if cursor.description is not None and (row := cursor.fetchone()) is not None:
            returned = row[0]
            cursor.fetchall()
        count = cursor.rowcount
        if count < 0 and cursor.description is not None and returned is not None:
            count = 1
        rows.append(count)
        if statement.expect_rows is not None and count != statement.expect_rows:
            raise Rejected(
                f"{here}: statement {number} changed {count} rows where {statement.expect_rows} were "
                "expected; nothing was changed"
            )
    key = _key(link, action, values, returned)
    link.close_cursor()
    progress.committing = True
    if embedded:
        link.connection.execute("COMMIT")
    else:
        link.connection.commit()
    return Outcome(False, key, tuple(rows))


def _key(link: Link, action: Action, values: Mapping[str, Any], returned: Any) -> str | None:
    """The key of what was written, as the action says it is found."""
    if action.key is None:
        return None
    if isinstance(action.key, Bound):
        row = _run(link, action.key, values).fetchone()
        return None if row is None else key_text(plain(row[0]))
    if action.key != "generated":
        return key_text(values[action.key[1:]])
    if returned is not None:  # of RETURNING, OUTPUT or a procedure
        return key_text(plain(returned))
    if link.dialect.generated_key is None:
        return None
    row = link.execute(link.dialect.generated_key).fetchone()
    return None if row is None or row[0] is None else key_text(plain(row[0]))


def _run(link: Link, bound: Bound, values: Mapping[str, Any]) -> Any:
    return link.execute(bound.sql, tuple(values[name] for name in bound.names))
