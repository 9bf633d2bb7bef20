"""From a request to its interaction, and from whatever comes of it to an answer: one plain ASGI application.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from facade.errors import FacadeError, NotFound, UnknownType
from facade.rest.answer import Answer, Send
from facade.rest.cors import Cors
from facade.rest.encoding import WORTH_IT, encode
from facade.rest.errors import NoInteraction, WrongMethod, crash, refusal
from facade.rest.request.call import Call, Receive, Scope
from facade.rest.request.negotiation import FHIR_JSON, Media
from facade.rest.service import WRITES, Service
from facade.spec import definitions

Interaction = Callable[..., Awaitable[Answer]]
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_OPERATION = re.compile(r"\$[A-Za-z0-9-]{1,40}")
_MANY = 20  # types that a message can name
_NOTHING = "Nothing is served at this URL. The CapabilityStatement at metadata tells what is."


@dataclass(frozen=True, slots=True)
class Route:
    """`path` below the base URL; its variables are passed to the interaction by name."""

    method: str
    path: str
    interaction: str
    answer: Interaction


@dataclass(frozen=True, slots=True)
class _Place:
    """One path with all its methods; `writes` are those that only local types take."""

    variables: tuple[tuple[int, str], ...]
    methods: dict[str, Interaction]
    writes: set[str] = field(default_factory=set)

    def allowed(self, service: Service, type: str | None) -> tuple[str, ...]:
        """The methods that can succeed here."""
        local = type is None or type in service.local
        return (*(method for method in self.methods if local or method not in self.writes), "OPTIONS")


@dataclass(frozen=True, slots=True)
class _Shape:
    """The paths of one length that are literal at the same parts, by what they say there."""

    at: tuple[int, ...]
    places: dict[tuple[str, ...], _Place]


class Dispatch:
    """Answers every request with FHIR, failures included."""

    def __init__(self, routes: Sequence[Route], service: Service) -> None:
        self.service = service
        self._cors = Cors(service.cors) if service.cors else None
        base = _Shape((0,), {("",): _Place((), {})})  # which has its OPTIONS at least
        self._shapes: dict[int, list[_Shape]] = {1: [base]}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        parts = route.path.split("/")
        literals = tuple((at, part) for at, part in enumerate(parts) if not part.startswith("{"))
        variables = tuple((at, part.strip("{}")) for at, part in enumerate(parts) if part.startswith("{"))
        shapes = self._shapes.setdefault(len(parts), [])
        at = tuple(number for number, _ in literals)
        shape = next((one for one in shapes if one.at == at), None)
        if shape is None:
            shape = _Shape(at, {})
            shapes.append(shape)
            shapes.sort(key=lambda one: [number not in one.at for number in range(len(parts))])
        place = shape.places.setdefault(tuple(text for _, text in literals), _Place(variables, {}))
        place.methods[route.method] = route.answer
        if route.method == "GET":
            place.methods["HEAD"] = route.answer
        if route.interaction in WRITES:
            place.writes.add(route.method)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive, ask=self.ask)
        try:
            answer = await self.ask(self.service, call)
        except FacadeError as error:
            answer = refusal(error, _media(call))
        except Exception as error:
            answer = crash(error, self.service.new_id(), _media(call))
        if len(answer.body) > WORTH_IT:
            await encode(answer, call.raw_header(b"accept-encoding"))
        if self._cors is not None:
            self._cors.permit(call, answer)
        await answer.send(send, head=call.method == "HEAD")

    async def ask(self, service: Service, call: Call) -> Answer:
        """The answer to a call. Raises FacadeError for what is none."""
        parts = call.path.strip("/").split("/")
        for shape in self._shapes.get(len(parts), ()):
            place = shape.places.get(tuple([parts[at] for at in shape.at]))
            if place is not None:
                values = {name: parts[at] for at, name in place.variables}
                self._check(values)
                if parts[-1][:1] in ("$", "_") and parts[-1] in values.values():
                    break
                interaction = place.methods.get(call.method)
                if interaction is None:
                    return _options(call, place, place.allowed(self.service, values.get("type")))
                return await interaction(service, call, **values)
        raise self._nothing(parts)

    def _nothing(self, parts: Sequence[str]) -> FacadeError:
        """Why there is no interaction at this path."""
        where = ""
        if parts[0] and parts[0][0] not in "$_" and parts[0] != "metadata":
            self._check({"type": parts[0]})
            where = f" for {parts[0]}" if len(parts) == 2 else f" for one {parts[0]}"
        if _OPERATION.fullmatch(parts[-1]):
            return NoInteraction(f"{parts[-1]} is not supported{where or ' here'}.")
        return NoInteraction(_NOTHING)

    def _check(self, values: dict[str, str]) -> None:
        type, id = values.get("type"), values.get("id")
        if type is not None and type not in self.service.served:
            raise self._unknown_type(type)
        if id is not None and not _ID.fullmatch(id):
            if id[:1] in ("$", "_"):
                raise NoInteraction(
                    f"{id} is not supported for {type}." if len(id) < 40 else "Not supported."
                )
            raise NotFound(f"There is no {type} with this id; an id is 1 to 64 letters, digits, - and .")

    def _unknown_type(self, type: str) -> FacadeError:
        if not type or type[0] in "$_":
            return self._nothing((type,))
        served = sorted(self.service.served)
        if type in definitions.resource_types():
            names = ", ".join(served) if len(served) <= _MANY else f"{len(served)} other types"
            return UnknownType(f"{type} is not served here; served are {names or 'none'}.")
        if not re.fullmatch(r"\w{1,64}", type, re.ASCII):
            return UnknownType("A URL begins with the name of a FHIR R4 resource type.")
        close = get_close_matches(type, definitions.resource_types(), 1)
        hint = f"; did you mean {close[0]}?" if close else "."
        return UnknownType(f"{type} is not a FHIR R4 resource type{hint}")


def _options(call: Call, place: _Place, allowed: tuple[str, ...]) -> Answer:
    """OPTIONS tells the methods of a URL; a method that is not among them is refused with the same."""
    if call.method != "OPTIONS":
        raise WrongMethod(call.method, allowed) if place.methods else NoInteraction(_NOTHING)
    return Answer(204, headers=((b"allow", ", ".join(allowed).encode()),))


def _media(call: Call) -> Media:
    """The form of a refusal: the one asked for, or ours if that is what cannot be served."""
    try:
        return call.media()
    except FacadeError:
        return FHIR_JSON
