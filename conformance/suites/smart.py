"""SMART App Launch: discovery, the token endpoint, and that nobody gets in without a token.

https://hl7.org/fhir/smart-app-launch/STU2/

A server that neither declares SMART-on-FHIR nor serves the configuration does not do this.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from conformance.client import Unanswered
from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import texts
from conformance.suites import Suite

Json = dict[str, Any]
_PLACE = ".well-known/smart-configuration"
_PAGE = "https://hl7.org/fhir/smart-app-launch/STU2/conformance.html"
_BEARER = "https://www.rfc-editor.org/rfc/rfc6750#section-3"

CONFIGURATION = Requirement(
    "smart.configuration",
    Level.SHALL,
    "The configuration is served below the base URL, to everyone.",
    f"{_PAGE}#using-well-known",
)
JSON = Requirement(
    "smart.configuration.json",
    Level.SHALL,
    "The configuration is application/json, whatever is accepted.",
    f"{_PAGE}#using-well-known",
)
MEMBERS = Requirement(
    "smart.configuration.members",
    Level.SHALL,
    "The configuration has token_endpoint, grant_types_supported and capabilities, and to launch an app"
    " authorization_endpoint.",
    f"{_PAGE}#metadata",
)
PKCE = Requirement(
    "smart.pkce",
    Level.SHALL,
    "code_challenge_methods_supported has S256 and not plain.",
    f"{_PAGE}#metadata",
)
OPENID = Requirement(
    "smart.openid",
    Level.SHALL,
    "With sso-openid-connect the configuration has issuer and jwks_uri.",
    f"{_PAGE}#metadata",
)
ASYMMETRIC = Requirement(
    "smart.asymmetric",
    Level.SHALL,
    "With client-confidential-asymmetric the configuration has private_key_jwt, RS384 or ES384, and scopes.",
    "https://hl7.org/fhir/smart-app-launch/STU2/client-confidential-asymmetric.html"
    "#advertising-server-support-for-this-profile",
)
ABSOLUTE = Requirement(
    "smart.configuration.urls",
    Level.SHOULD,
    "The URLs in the configuration are absolute.",
    "https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known",
)
TOKEN = Requirement(
    "smart.token.refusal",
    Level.SHALL,
    "The token endpoint refuses what is not valid with 400 or 401 and an error in JSON.",
    "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
)
UNAUTHORISED = Requirement(
    "smart.unauthorised", Level.SHOULD, "A request without a token is refused with 401.", _BEARER
)
WRONG = Requirement(
    "smart.wrong-token",
    Level.SHOULD,
    "A request with a token that nobody issued is refused with 401.",
    "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
)
CHALLENGE = Requirement("smart.challenge", Level.SHALL, "A 401 has the header WWW-Authenticate.", _BEARER)
REQUIREMENTS = (
    CONFIGURATION, JSON, MEMBERS, PKCE, OPENID, ASYMMETRIC, ABSOLUTE, TOKEN, UNAUTHORISED, WRONG, CHALLENGE,
)  # fmt: skip
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint",
              "management_endpoint", "introspection_endpoint", "revocation_endpoint")  # fmt: skip

_SECOND = {"permission-v2", "authorize-post", "client-confidential-asymmetric", "grant_types_supported",
           "code_challenge_methods_supported"}  # fmt: skip
"""What SMART 1 does not have: a server that shows one of these is judged by SMART 2."""


async def run_smart(session: Session) -> None:
    """Discovery first; the rest is about what it found."""
    found = await _found(session)
    if not session.statement.smart and found is None:
        for requirement in REQUIREMENTS:
            async with session.check(requirement):
                raise NotDeclared("neither the statement nor a configuration declares SMART")
        return
    async with session.check(CONFIGURATION) as check:
        served = await _get(check)
        check.status(served, 200)
        check.that(_configuration(served) is not None, "the configuration is not a JSON object")
    async with session.check(JSON) as check:
        for accept in ("application/json", "application/fhir+xml"):
            served = await _get(check, accept)
            check.status(served, 200)
            kind = served.header("content-type").partition(";")[0].strip().lower()
            check.that(
                kind == "application/json", f"the content type is {kind or 'none'} ({accept} accepted)"
            )
    if found is not None:
        await _members(session, found)
        await _token(session, found)
    await _unauthorised(session)


async def _found(session: Session) -> Json | None:
    headers = {"accept": "application/json"}
    try:
        return _configuration(await session.client.send("GET", _PLACE, headers=headers, anonymous=True))
    except Unanswered:
        return None


async def _get(check: Check, accept: str = "application/json") -> Response:
    return await check.send("GET", _PLACE, headers={"accept": accept}, anonymous=True)


def _configuration(answer: Response) -> Json | None:
    """The object, if it looks like one of these at all."""
    if answer.status != 200:
        return None
    try:
        found = answer.json()
    except Failed:
        return None
    known = {*_ENDPOINTS, "capabilities"}
    return found if isinstance(found, dict) and known & found.keys() else None


async def _members(session: Session, found: Json) -> None:
    capabilities = texts(found.get("capabilities"))
    second = bool(_SECOND & {*capabilities, *found})
    async with session.check(MEMBERS) as check:
        check.that(isinstance(found.get("token_endpoint"), str), "there is no token_endpoint")
        for name in ("capabilities", *(["grant_types_supported"] if second else [])):
            check.that(isinstance(found.get(name), list), f"{name} is not a list")
            check.that(len(texts(found[name])) == len(found[name]), f"{name} has something that is no text")
        if {"launch-ehr", "launch-standalone"} & {*capabilities}:
            endpoint = found.get("authorization_endpoint")
            check.that(
                isinstance(endpoint, str), "apps can be launched, and there is no authorization_endpoint"
            )
    async with session.check(PKCE) as check:
        if not second:
            raise NotDeclared("nothing in the configuration is of SMART 2, and SMART 1 has no PKCE")
        methods = texts(found.get("code_challenge_methods_supported"))
        check.that("S256" in methods, "code_challenge_methods_supported has no S256")
        check.that("plain" not in methods, "code_challenge_methods_supported has plain")
    async with session.check(OPENID) as check:
        if "sso-openid-connect" not in capabilities:
            raise NotDeclared("sso-openid-connect is not among the capabilities")
        for name in ("issuer", "jwks_uri"):
            check.that(isinstance(found.get(name), str), f"there is no {name}")
    async with session.check(ASYMMETRIC) as check:
        if "client-confidential-asymmetric" not in capabilities:
            raise NotDeclared("client-confidential-asymmetric is not among the capabilities")
        methods = texts(found.get("token_endpoint_auth_methods_supported"))
        check.that(
            "private_key_jwt" in methods, "token_endpoint_auth_methods_supported has no private_key_jwt"
        )
        names = {*texts(found.get("token_endpoint_auth_signing_alg_values_supported"))}
        check.that(names & {"RS384", "ES384"}, "neither RS384 nor ES384 is among the signing algorithms")
        check.that(texts(found.get("scopes_supported")), "there is no scopes_supported")
    async with session.check(ABSOLUTE) as check:
        for name in _ENDPOINTS:
            text = found.get(name, "https://")
            check.that(
                isinstance(text, str) and text.startswith(("http://", "https://")), f"{name} is not absolute"
            )


async def _token(session: Session, found: Json) -> None:
    """A request for a token with what nobody gave us."""
    async with session.check(TOKEN) as check:
        endpoint = found.get("token_endpoint")
        if not isinstance(endpoint, str) or not endpoint.startswith(("http://", "https://")):
            raise Skipped("there is no token endpoint to ask")
        form = {
            "grant_type": "authorization_code",
            "code": "not-a-code",
            "redirect_uri": "http://localhost/none",
            "client_id": "nobody",
            "code_verifier": "x" * 43,
        }
        if "authorization_code" not in texts(found.get("grant_types_supported")):
            form = {
                "grant_type": "client_credentials",
                "scope": "system/*.rs",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": "e30.e30.not-a-signature",
            }
        answer = await check.send(
            "POST",
            endpoint,
            headers={"accept": "application/json", "content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            anonymous=True,
        )
        check.status(answer, 400, 401)
        refusal = answer.json()
        error = refusal.get("error") if isinstance(refusal, dict) else None
        check.that(isinstance(error, str) and error, "the answer has no error")


async def _unauthorised(session: Session) -> None:
    """Of the types that are searched one that holds patients' data, if there is one."""
    types = sorted(session.statement.with_interaction("search-type"))
    type = "Patient" if "Patient" in types else types[0] if types else ""
    refused: list[Response] = []
    for requirement, headers in (
        (UNAUTHORISED, {}),
        (WRONG, {"authorization": "Bearer not-a-token"}),
    ):
        async with session.check(requirement, type) as check:
            if not type:
                raise Skipped("no search is declared")
            answer = await check.send("GET", type, params={"_count": "1"}, headers=headers, anonymous=True)
            refused += [answer] if answer.status == 401 else []
            check.status(answer, 401)
    async with session.check(CHALLENGE, type) as check:
        if not refused:
            raise Skipped("there was no 401")
        for answer in refused:
            check.that(answer.header("www-authenticate"), "a 401 has no WWW-Authenticate")


SUITE = Suite("smart", "SMART App Launch", run_smart, REQUIREMENTS)
