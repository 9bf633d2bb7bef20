"""patch: a part of a resource changed, by its id or where the one match of criteria is.

https://hl7.org/fhir/R4/http.html#patch · https://www.rfc-editor.org/rfc/rfc5789
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from facade.errors import Gone, InvalidResource, NotFhir, NotFound
from facade.flow.local import Changes, Precondition, Written, draft_resource
from facade.flow.local.precondition import NO_PRECONDITION
from facade.flow.versions import Current
from facade.rest.answer import Answer
from facade.rest.errors import UnsupportedMedia
from facade.rest.request.body import parse_resource, read_as
from facade.rest.request.call import Call
from facade.rest.request.conditional import precondition_of
from facade.rest.request.negotiation import JSON_TYPES, PATCH_FORMATS, XML_TYPES, media_type
from facade.rest.request.strict_json import parse_array
from facade.rest.service import Service
from facade.rest.writing.draft import answer_written, commit, find_criteria, require_local, setting_of
from facade.rest.writing.patch.errors import PatchRefused
from facade.rest.writing.patch.fhirpath_patch import apply_fhirpath_patch
from facade.rest.writing.patch.json_patch import apply_json_patch
from facade.search import Search, Setting
from facade.store.serialise import from_json

Patch = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From a resource to what becomes of it; raises BadPatch and PatchRefused."""

_KNOWN = "; a patch is sent as " + ", ".join(PATCH_FORMATS[:-1]) + f" or {PATCH_FORMATS[-1]}."


async def patch(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with the resource; 404 or 410 if it is not there, 412 if If-Match does not hold, 415 for another
    form of patch, 422 if the patch does not fit or what comes of it is not valid: nothing is changed then."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)
    patching = Patching(await read_patch(service, call), setting_of(service), precondition)
    written = await commit(service, call, lambda changes: patching.by_id(changes, type, id))
    return answer_written(service, call, media, written)


async def patch_match(service: Service, call: Call, type: str) -> Answer:
    """The same of the one match of the URL's criteria: 404 without a match, 412 for several."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)
    criteria = await find_criteria(service, type, call.items())
    patching = Patching(await read_patch(service, call), setting_of(service), precondition)
    written = await commit(service, call, lambda changes: patching.match(changes, criteria))
    return answer_written(service, call, media, written)


async def read_patch(service: Service, call: Call) -> Patch:
    """The patch in the body. Raises what reading a body raises, and parse_patch."""
    return await read_as(call, service.max_body, parse_patch)


def parse_patch(data: bytes, content_type: str) -> Patch:
    """What a body of this content type does to a resource. Raises UnsupportedMedia for other forms than
    PATCH_FORMATS (XML Patch among them), and Malformed."""
    kind, _ = media_type(content_type)
    if kind == PATCH_FORMATS[0]:
        operations = parse_array(data)
        return lambda resource: apply_json_patch(resource, operations)
    if kind in JSON_TYPES or kind in XML_TYPES:
        parameters = parse_resource(data, content_type)
        return lambda resource: apply_fhirpath_patch(resource, parameters)
    named = "XML Patch" if kind == "application/xml-patch+xml" else "This form of patch"
    error = UnsupportedMedia(f"{named} is not supported{_KNOWN}")
    error.headers = ((b"accept-patch", ", ".join(PATCH_FORMATS).encode()),)
    raise error


@dataclass(frozen=True, slots=True)
class Patching:
    """How a patch is done in a transaction, so that what it changes is what it has seen. `setting` must be
    that of searches, without a time."""

    patch: Patch
    setting: Setting
    precondition: Precondition = NO_PRECONDITION

    def by_id(self, changes: Changes, type: str, id: str) -> Written:
        """Raises NotFound, Gone, PreconditionFailed, BadPatch, PatchRefused and InvalidResource."""
        current = changes.current(type, id)
        self.precondition.check(type, current)
        if current is None:
            raise NotFound(f"There is no {type}/{id}.")
        if current.deleted:
            raise Gone(f"{type}/{id} was deleted.")
        return self._apply(changes, current)

    def match(self, changes: Changes, criteria: Search) -> Written:
        """Raises NotFound, PreconditionFailed, BadPatch, PatchRefused and InvalidResource."""
        current = changes.match(criteria)
        self.precondition.check(criteria.type, current)
        if current is None:
            raise NotFound(f"No {criteria.type} matches the criteria.")
        return self._apply(changes, current)

    def _apply(self, changes: Changes, current: Current) -> Written:
        after = self.patch(from_json(changes.body(current)))
        if after.get("resourceType") != current.type or after.get("id") != current.id:
            raise PatchRefused("A patch cannot change the type or the id of a resource.", expression="id")
        try:
            draft = draft_resource(after, self.setting, current.id)
        except NotFhir as error:  # the patch could be read; what comes of it is no resource
            raise InvalidResource(error.faults) from None
        return changes.update(draft)
