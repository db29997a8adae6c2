"""The keys: a data key for each person, wrapped by a master key that never enters the database."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import KeyMismatch, SettingError, StoreError
from bot.model.people import Address

KEY_BYTES = 32
NONCE_BYTES = 12
NAME_BYTES = 4
REMEMBERED = 4096  # data keys held ready, 2.4 kB each; unwrapping one again costs 1.5 µs
KEY_REMEDY = "it must be 32 bytes in base64; make one with: openssl rand -base64 32"


class MasterKeys:
    """The keys that wrap all others: the first one wraps, each may unwrap, so that two can live during a rotation."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._ciphers = {sha256(b"handrail master key" + key).digest()[:NAME_BYTES]: AESGCM(key) for key in keys}
        self._current = next(iter(self._ciphers))

    @classmethod
    def parse(cls, text: str) -> MasterKeys:
        """Read one or more comma-separated keys, each 32 bytes in base64; a wrong one is a SettingError."""
        return cls(_decoded(part) for part in text.split(","))

    def wrap(self, key: bytes, purpose: str) -> bytes:
        """Seal a key under the current master key, bound to its purpose."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, key, purpose.encode())

    def unwrap(self, wrapped: bytes, purpose: str) -> bytes:
        """Return a wrapped key; KeyMismatch when no master key here made it for that purpose."""
        cipher = self._ciphers.get(wrapped[:NAME_BYTES])
        if cipher is None:
            raise KeyMismatch("HANDRAIL_MASTER_KEY is not the key of this database; set the key that it was made with")
        nonce, sealed = wrapped[NAME_BYTES : NAME_BYTES + NONCE_BYTES], wrapped[NAME_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, purpose.encode())
        except InvalidTag as error:
            raise KeyMismatch("a wrapped key was changed or moved; restore the database from a back-up") from error

    @property
    def current(self) -> bytes:
        """How a key begins that the first master key wraps."""
        return self._current

    def rewrapped(self, wrapped: bytes, purpose: str) -> bytes:
        """Return a wrapped key under the current master key."""
        return self.wrap(self.unwrap(wrapped, purpose), purpose)

    def is_current(self, wrapped: bytes) -> bool:
        """Whether a wrapped key is already under the first master key (a rotation skips it)."""
        return wrapped.startswith(self._current)


class Keyring:
    """The keys of one open database. It seals fields so that no row can be read, changed or moved without notice."""

    def __init__(self, masters: MasterKeys, wrapped_secret: bytes) -> None:
        self.masters = masters
        secret = masters.unwrap(wrapped_secret, "secret")
        # The pepper is wrapped in the database and not derived from the master key: a rotation leaves fingerprints be.
        self._pepper = hmac.digest(secret, b"fingerprint", "sha256")
        self._system = AESGCM(hmac.digest(secret, b"system", "sha256"))
        self._audit = hmac.digest(secret, b"audit", "sha256")
        self._people: OrderedDict[str, AESGCM] = OrderedDict()

    @staticmethod
    def new_secret(masters: MasterKeys) -> bytes:
        """Return a fresh wrapped secret for a new database; it is also what tells a wrong master key from the right."""
        return masters.wrap(os.urandom(KEY_BYTES), "secret")

    def fingerprint(self, address: Address) -> str:
        """Return what an address is looked up by: the same for the same address, and nothing without the key."""
        digest = hmac.digest(self._pepper, f"{address.platform}\0{address.chat}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:18]).decode()

    def audit_mark(self, content: bytes) -> bytes:
        """Return the mark of a note in the chain (bot/auditing.py)."""
        return hmac.digest(self._audit, content, "sha256")

    def new_person(self, person_id: str) -> bytes:
        """Make a data key for a person and return it wrapped."""
        wrapped = self.masters.wrap(os.urandom(KEY_BYTES), f"person {person_id}")
        self.learn(person_id, wrapped)
        return wrapped

    def knows(self, person_id: str) -> bool:
        """Whether the person's data key is at hand; one that was asked for stays longer, for it is needed soon."""
        if person_id not in self._people:
            return False
        self._people.move_to_end(person_id)
        return True

    def learn(self, person_id: str, wrapped: bytes) -> None:
        """Keep a person's data key at hand; the least recently used is let go."""
        if self.knows(person_id):
            return
        self._people[person_id] = AESGCM(self.masters.unwrap(wrapped, f"person {person_id}"))
        if len(self._people) > REMEMBERED:
            self._people.popitem(last=False)

    def forget(self, person_id: str) -> None:
        """Let go of a person's data key."""
        self._people.pop(person_id, None)

    def seal(self, person_id: str, place: str, plain: bytes) -> bytes:
        """Seal a field under the person's key; `place` names table, column and row, and is needed to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._people[person_id].encrypt(nonce, plain, f"{place}\0{person_id}".encode())

    def open(self, person_id: str, place: str, sealed: bytes) -> bytes:
        """Open a sealed field; StoreError when it was changed or comes from another place."""
        return _opened(self._people[person_id], f"{place}\0{person_id}", sealed)

    def seal_for_system(self, place: str, plain: bytes) -> bytes:
        """Seal a field that belongs to nobody known."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._system.encrypt(nonce, plain, place.encode())

    def open_for_system(self, place: str, sealed: bytes) -> bytes:
        """Open a field that belongs to nobody known."""
        return _opened(self._system, place, sealed)


def make_key(path: Path) -> str:
    """Write a fresh master key that only the owner of the file may read, and return it."""
    key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    # O_EXCL: an existing key is never overwritten, for the database it opens would be lost.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingError(f"HANDRAIL_MASTER_KEY is not base64; {KEY_REMEDY}") from error
    if len(key) != KEY_BYTES:
        raise SettingError(f"HANDRAIL_MASTER_KEY has {len(key)} bytes; {KEY_REMEDY}")
    return key


def _opened(cipher: AESGCM, place: str, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        column = place.partition(" ")[0].partition("\0")[0]
        message = f"a sealed field of {column} was changed or moved; restore the database from a back-up"
        raise StoreError(message, permanent=True) from error
