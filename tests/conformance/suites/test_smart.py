"""The SMART suite against configurations that are right, and wrong in one way each."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.model import Status
from tests.conformance.suites.fake import BASE, Answer, Fake, ended, failed, judged

CONFIGURATION: dict[str, Any] = {
    "issuer": "https://fake/auth",
    "jwks_uri": "https://fake/auth/jwks",
    "authorization_endpoint": "https://fake/auth/authorize",
    "token_endpoint": "https://fake/auth/token",
    "grant_types_supported": ["authorization_code", "client_credentials"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
    "scopes_supported": ["launch"],
    "capabilities": ["launch-ehr", "sso-openid-connect", "client-confidential-asymmetric", "permission-v2"],
    "code_challenge_methods_supported": ["S256"],
}
LOGIN = "Bearer good"


def server(
    configuration: Any = CONFIGURATION, *, smart: bool = True, kind: str = "application/json", fault: str = ""
) -> Fake:
    """A server with a login."""

    def answer(request: httpx.Request) -> Answer:
        url = str(request.url)
        if url == f"{BASE}/metadata":
            security = {"service": [{"coding": [{"code": "SMART-on-FHIR"}]}]} if smart else {}
            patient = {"type": "Patient", "interaction": [{"code": "search-type"}]}
            rest = [{"mode": "server", "security": security, "resource": [patient]}]
            return 200, {}, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest}
        if url == f"{BASE}/.well-known/smart-configuration":
            assert "authorization" not in request.headers
            if configuration is None:
                return 404, {}, {"resourceType": "OperationOutcome"}
            return 200, {"content-type": kind}, configuration
        if url == "https://fake/auth/token":
            if fault == "token":
                return 200, {}, {"access_token": "x"}
            return 400, {}, {} if fault == "error" else {"error": "invalid_grant"}
        if request.headers.get("authorization") == LOGIN or fault == "open":
            return 200, {}, {"resourceType": "Bundle", "type": "searchset"}
        if fault == "bearer" and "authorization" in request.headers:
            return 200, {}, {"resourceType": "Bundle", "type": "searchset"}
        challenge = {} if fault == "challenge" else {"www-authenticate": "Bearer"}
        return 401, challenge, {"resourceType": "OperationOutcome"}

    return Fake(answer)


async def test_a_server_that_does_smart() -> None:
    results = await judged(server(), "smart", headers={"authorization": LOGIN})
    assert {status for each in ended(results).values() for status in each} == {Status.PASS}


async def test_one_that_does_not() -> None:
    results = await judged(server(None, smart=False), "smart")
    assert {one.status for one in results} == {Status.NOT_DECLARED}
    assert len(results) == 11


async def test_one_that_serves_the_configuration_alone() -> None:
    assert ended(await judged(server(smart=False), "smart"))["smart.configuration"] == {Status.PASS}


async def test_the_first_smart_has_no_pkce() -> None:
    first = {name: CONFIGURATION[name] for name in ("authorization_endpoint", "token_endpoint")}
    results = await judged(server(first | {"capabilities": ["launch-ehr"]}), "smart")
    assert failed(results) == {}
    assert ended(results)["smart.pkce"] == {Status.NOT_DECLARED}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CONFIGURATION.items() if key != name}


@pytest.mark.parametrize(
    ("fake", "found"),
    [
        (server(None), "smart.configuration"),
        (server(kind="text/plain"), "smart.configuration.json"),
        (server(without("token_endpoint")), "smart.configuration.members"),
        (server(without("authorization_endpoint")), "smart.configuration.members"),
        (server(CONFIGURATION | {"grant_types_supported": "code"}), "smart.configuration.members"),
        (server(CONFIGURATION | {"capabilities": [1]}), "smart.configuration.members"),
        (server(without("code_challenge_methods_supported")), "smart.pkce"),
        (server(CONFIGURATION | {"code_challenge_methods_supported": ["S256", "plain"]}), "smart.pkce"),
        (server(without("issuer")), "smart.openid"),
        (server(without("scopes_supported")), "smart.asymmetric"),
        (server(CONFIGURATION | {"introspection_endpoint": "/in"}), "smart.configuration.urls"),
        (server(fault="token"), "smart.token.refusal"),
        (server(fault="error"), "smart.token.refusal"),
        (server(fault="open"), "smart.unauthorised"),
        (server(fault="bearer"), "smart.wrong-token"),
        (server(fault="challenge"), "smart.challenge"),
    ],
)
async def test_what_is_wrong_is_found(fake: Fake, found: str) -> None:
    assert found in failed(await judged(fake, "smart"))
