"""A tiny OpenID provider on loopback: it signs what a test wants it to say, true or not."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

SECRET = "a-secret-between-desk-and-provider"  # noqa: S105  # it guards nothing
GONE = object()
"""Stands for a claim that the token leaves out."""


class Provider:
    """A provider for the client ``desk``; a test changes its answers by setting ``answers[path]``.

    It takes the code once, from the client that asked, with the verifier whose S256 challenge it was sent.
    """

    def __init__(self, port: int, *, tenants: bool = False) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.issuer = self.address + "/{tenantid}/v2.0" if tenants else self.address
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.answers: dict[str, Response] = {}
        self.asked: list[str] = []
        self.delay = 0.0
        self._codes: dict[str, dict[str, Any]] = {}

    @property
    def discovery(self) -> str:
        """Where the provider describes itself."""
        return f"{self.address}/.well-known/openid-configuration"

    def answer(self, url: str, *, sign: Callable[[Mapping[str, Any]], str] | None = None, **claims: Any) -> str:
        """Return the address to which the browser is sent back; ``claims`` differ from those of a good token."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked | {"token": (sign or self.sign)(self.claims(**{"nonce": asked["nonce"]} | claims))}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def refusal(self, url: str, error: str, description: str = "") -> str:
        """Return the address to which the browser is sent back with an error."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        said = {"error": error, "error_description": description, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def sign(self, claims: Mapping[str, Any], key: RSAKey | None = None, algorithm: str = "RS256") -> str:
        """Return a token with these claims, signed."""
        return str(jwt.encode({"alg": algorithm, "kid": "one"}, dict(claims), key or self.key))

    def sign_with_public_key(self, claims: Mapping[str, Any]) -> str:
        """Return a token whose shared secret is the public key: who confuses the two lets anybody in."""
        return _joined({"alg": "HS256", "kid": "one"}, claims, self.key.as_pem(private=False))

    @staticmethod
    def unsigned(claims: Mapping[str, Any]) -> str:
        """Return a token that nobody signed."""
        return _joined({"alg": "none"}, claims, b"")

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return what a good token says, but for the ``changes``; ``GONE`` leaves a claim out."""
        now = int(time.time())
        issuer = self.issuer.replace("{tenantid}", str(changes.get("tid")))
        told = {"iss": issuer, "aud": "desk", "sub": "alice", "iat": now, "exp": now + 300}
        return {name: value for name, value in (told | changes).items() if value is not GONE}

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        self.asked.append(request.path)
        time.sleep(self.delay)
        response = self.answers.get(request.path) or self._ordinary(request)
        return response(environ, start_response)

    def _ordinary(self, request: Request) -> Response:
        if request.path == "/.well-known/openid-configuration":
            return as_json(self.metadata())
        if request.path == "/keys":
            return as_json(KeySet([self.key]).as_dict(private=False))
        return self._token(request) if request.path == "/token" else Response(status=404)

    def metadata(self) -> dict[str, Any]:
        """Return what the provider says of itself."""
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer} | {name: self.address + path for name, path in ends.items()}

    def _token(self, request: Request) -> Response:
        given = self._codes.pop(request.form.get("code", ""), None)
        if request.authorization is None or request.authorization.password != SECRET:
            return as_json({"error": "invalid_client"}, 401)
        if given is None or not _fits(given, request):
            return as_json({"error": "invalid_grant"}, 400)
        return as_json({"access_token": "unused", "token_type": "Bearer", "id_token": given["token"]})


def _fits(given: Mapping[str, Any], request: Request) -> bool:
    challenge = base64.urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=")
    return given["redirect_uri"] == request.form["redirect_uri"] and hmac.compare_digest(
        challenge, given["code_challenge"].encode()
    )


def _joined(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (dict(header), dict(claims))]
    signed = b".".join(parts)
    signature = hmac.digest(secret, signed, "sha256") if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def as_json(value: Any, status: int = 200) -> Response:
    """Return an answer in JSON."""
    return Response(json.dumps(value), status=status, mimetype="application/json")


@contextmanager
def running(*, port: int = 0, tenants: bool = False) -> Iterator[Provider]:
    """Serve a provider on this machine, on a free port unless one is given."""
    server = make_server("127.0.0.1", port, Response(status=503), threaded=True)
    server.app = provider = Provider(server.server_port, tenants=tenants)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
