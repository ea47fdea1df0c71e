"""
Azure Storage by plain HTTP with the standard library: blobs and one table, by shared key, shared access signature or managed identity.

Signing: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (Shared Key for blobs, Shared Key Lite for tables). Tokens of a managed
identity: learn.microsoft.com/azure/app-service/overview-managed-identity (endpoint in the environment), else the instance metadata service.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from xml.etree import ElementTree

from .faults import ExitCode, Fault

SETTING = "AzureWebJobsStorage"
_VERSION = "2021-08-06"
_TRIES, _TIMEOUT = 5, 60
_RESOURCE = "https://storage.azure.com/"


class Refused(Exception):
    """Storage answered with an error."""

    def __init__(self, status: int, code: str):
        super().__init__(f"Storage answered {status} {code}; try again.")
        self.status, self.code = status, code


@dataclass(frozen=True)
class Answer:
    """What storage answered; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class _Identity:
    """A token of the managed identity, fetched anew before it ends."""

    client_id: Optional[str]
    _token: str = ""
    _until: float = 0

    def token(self) -> str:
        if time.time() < self._until - 300:
            return self._token
        query = {"resource": _RESOURCE, **({"client_id": self.client_id} if self.client_id else {})}
        endpoint, header = os.environ.get("IDENTITY_ENDPOINT"), os.environ.get("IDENTITY_HEADER")
        if endpoint and header:
            answer = _send("GET", f"{endpoint}?{urlencode({'api-version': '2019-08-01', **query})}", {"X-IDENTITY-HEADER": header}, b"")
        else:
            address = "http://169.254.169.254/metadata/identity/oauth2/token"
            answer = _send("GET", f"{address}?{urlencode({'api-version': '2018-02-01', **query})}", {"Metadata": "true"}, b"")
        found = json.loads(answer.body)
        self._token, self._until = found["access_token"], float(found["expires_on"])
        return self._token


@dataclass
class Storage:
    """Where storage is, from the settings that Azure Functions reads itself."""

    blobs: str
    tables: str
    account: str = ""
    key: bytes = b""
    signature: str = ""
    identity: Optional[_Identity] = field(default=None)

    @staticmethod
    def read(settings: Mapping[str, str]) -> "Storage":
        """A Fault with code 64 says which setting is wanting."""
        text = settings.get(SETTING)
        if text:
            return Storage._of_connection_string(text)
        account = settings.get(f"{SETTING}__accountName")
        addresses = []
        for service in ("blob", "table"):
            name = f"{SETTING}__{service}ServiceUri"
            address = settings.get(name) or (f"https://{account}.{service}.core.windows.net" if account else "")
            if urlsplit(address).scheme not in ("https", "http"):
                raise Fault(ExitCode.SPECIFICATION, "Storage is not configured", f"Set {SETTING} to a connection string, or {name} to the address of the {service} service.")
            addresses.append(address.rstrip("/"))
        return Storage(*addresses, identity=_Identity(settings.get(f"{SETTING}__clientId")))

    @staticmethod
    def _of_connection_string(text: str) -> "Storage":
        parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        account, suffix = parts.get("AccountName", ""), parts.get("EndpointSuffix", "core.windows.net")
        protocol = parts.get("DefaultEndpointsProtocol", "https")
        blobs, tables = (parts.get(f"{service.capitalize()}Endpoint") or f"{protocol}://{account}.{service}.{suffix}" for service in ("blob", "table"))
        if not account and "SharedAccessSignature" not in parts:
            raise Fault(ExitCode.SPECIFICATION, "Storage is not configured", f"{SETTING} has neither AccountName and AccountKey nor SharedAccessSignature; for Azurite give its whole connection string.")
        return Storage(blobs.rstrip("/"), tables.rstrip("/"), account, base64.b64decode(parts.get("AccountKey", "")), parts.get("SharedAccessSignature", "").lstrip("?"))

    def get(self, container: str, name: str) -> bytes:
        return self._blob("GET", container, name).body

    def get_to(self, container: str, name: str, path: Path) -> None:
        """Fetches a blob into a file, in pieces, so that it need not fit in memory."""
        size, piece = int(self._blob("HEAD", container, name).headers["content-length"]), 8 << 20
        with open(path, "wb") as file:
            for at in range(0, size, piece):
                file.write(self._blob("GET", container, name, {"x-ms-range": f"bytes={at}-{min(at + piece, size) - 1}"}).body)

    def put(self, container: str, name: str, content: bytes) -> None:
        self._blob("PUT", container, name, {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}, content)

    def delete(self, container: str, name: str) -> None:
        try:
            self._blob("DELETE", container, name)
        except Refused as refused:
            if refused.status != 404:
                raise

    def list(self, container: str, prefix: str) -> Iterator[str]:
        """Names of blobs."""
        marker: Optional[str] = ""
        while marker is not None:
            query = {"restype": "container", "comp": "list", "prefix": prefix, **({"marker": marker} if marker else {})}
            answer = ElementTree.fromstring(self._request("GET", f"{self.blobs}/{container}?{urlencode(query, quote_via=quote)}", {}, b"").body)
            yield from (name.text or "" for name in answer.iterfind("./Blobs/Blob/Name"))
            marker = answer.findtext("NextMarker") or None

    def query(self, table: str, condition: str) -> list[dict[str, Any]]:
        """Rows, each with its ETag as odata.etag."""
        rows: list[dict[str, Any]] = []
        after: Optional[dict[str, str]] = {}
        while after is not None:
            answer = self._table("GET", f"{table}()?{urlencode({'$filter': condition, **after}, quote_via=quote)}")
            rows += json.loads(answer.body)["value"]
            following = {name: answer.headers.get(f"x-ms-continuation-{name.lower()}") for name in ("NextPartitionKey", "NextRowKey")}
            after = {name: value for name, value in following.items() if value} or None
        return rows

    def row(self, table: str, partition: str, key: str) -> dict[str, Any]:
        return json.loads(self._table("GET", _entity(table, partition, key)).body)

    def merge(self, table: str, partition: str, key: str, etag: str, change: dict[str, Any]) -> str:
        """Changes some properties under an ETag; the new ETag."""
        headers = {"If-Match": etag, "Content-Type": "application/json"}
        return self._table("MERGE", _entity(table, partition, key), headers, json.dumps(change).encode()).headers.get("etag", "")

    def _blob(self, method: str, container: str, name: str, headers: Optional[dict[str, str]] = None, body: bytes = b"") -> Answer:
        return self._request(method, f"{self.blobs}/{container}/{quote(name)}", headers or {}, body)

    def _table(self, method: str, path: str, headers: Optional[dict[str, str]] = None, body: bytes = b"") -> Answer:
        odata = {"Accept": "application/json;odata=minimalmetadata", "DataServiceVersion": "3.0"}
        return self._request(method, f"{self.tables}/{path}", {**odata, **(headers or {})}, body, lite=True)

    def _request(self, method: str, address: str, headers: dict[str, str], body: bytes, lite: bool = False) -> Answer:
        for tried in range(_TRIES):
            wait = 0.2 * 4**tried
            try:
                return _send(method, *self._signed(method, address, headers, body, lite), body)
            except Refused as refused:
                if refused.status < 500 and refused.status != 429 or tried == _TRIES - 1:
                    raise
            except (OSError, http.client.HTTPException) as broken:
                if tried == _TRIES - 1:
                    raise Fault(ExitCode.STORAGE, "Storage", f"Storage does not answer ({broken}); try again.") from None
            time.sleep(wait)
        raise AssertionError("unreachable")

    def _signed(self, method: str, address: str, headers: dict[str, str], body: bytes, lite: bool) -> tuple[str, dict[str, str]]:
        headers = {"x-ms-version": _VERSION, "x-ms-date": formatdate(usegmt=True), **headers}
        if body or method == "PUT":
            headers["Content-Length"] = str(len(body))
        if self.identity is not None:
            headers["Authorization"] = f"Bearer {self.identity.token()}"
        elif self.signature:
            address += ("&" if "?" in address else "?") + self.signature
        else:
            scheme, words = ("SharedKeyLite", _words_lite) if lite else ("SharedKey", _words)
            digest = hmac.new(self.key, words(self.account, method, address, headers).encode(), hashlib.sha256).digest()
            headers["Authorization"] = f"{scheme} {self.account}:{base64.b64encode(digest).decode()}"
        return address, headers


def _entity(table: str, partition: str, key: str) -> str:
    return quote("{}(PartitionKey='{}',RowKey='{}')".format(table, partition.replace("'", "''"), key.replace("'", "''")), safe="()=',")


def _words(account: str, method: str, address: str, headers: dict[str, str]) -> str:
    """What is signed for a blob."""
    url = urlsplit(address)
    lower = {name.lower(): value for name, value in headers.items()}
    length = lower.get("content-length", "")
    standard = [lower.get(name, "") for name in ("content-encoding", "content-language")] + ["" if length == "0" else length]
    standard += [lower.get(name, "") for name in ("content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range")]
    own = "".join(f"{name}:{lower[name]}\n" for name in sorted(lower) if name.startswith("x-ms-"))
    query = "".join(f"\n{name.lower()}:{value}" for name, value in sorted(parse_qsl(url.query, keep_blank_values=True)))
    return "\n".join([method, *standard]) + f"\n{own}/{account}{url.path or '/'}{query}"


def _words_lite(account: str, method: str, address: str, headers: dict[str, str]) -> str:
    """What is signed for a table."""
    return f"{headers['x-ms-date']}\n/{account}{urlsplit(address).path or '/'}"


def _send(method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
    url = urlsplit(address)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=_TIMEOUT)
    try:
        connection.request(method, (url.path or "/") + (f"?{url.query}" if url.query else ""), body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status >= 300:
            raise Refused(answer.status, found.get("x-ms-error-code", answer.reason))
        return Answer(answer.status, found, content)
    finally:
        connection.close()
