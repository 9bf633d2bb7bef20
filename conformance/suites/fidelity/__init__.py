"""Values arrive exactly as the legacy rows have them, and an outage is not hidden (`--fidelity`).

https://hl7.org/fhir/R4/datatypes.html · https://www.rfc-editor.org/rfc/rfc9111
"""

from __future__ import annotations

from conformance.errors import Skipped
from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.fidelity import outage, values
from conformance.suites.fidelity.folder import FolderError, read_folder


async def run_fidelity(session: Session) -> None:
    """What the folder has is read once; without one nothing is tried."""
    path = session.options.fidelity
    try:
        if path is None:
            raise FolderError("no folder was given (--fidelity)")
        folder = read_folder(path)
    except FolderError as error:
        async with session.check(values.READ):
            raise Skipped(str(error)) from None
        return
    await values.check_values(session, folder)
    await outage.check_outage(session, folder)


SUITE = Suite("fidelity", "Facade fidelity", run_fidelity, (*values.REQUIREMENTS, *outage.REQUIREMENTS))
