"""What holds of the keys."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KeyMismatch, SettingError, StoreError
from bot.model.people import Address, Platform
from bot.privacy import REMEMBERED, Keyring, MasterKeys, make_key

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
ANA = Address(Platform.TELEGRAM, "4711")


@pytest.fixture
def masters() -> MasterKeys:
    return MasterKeys([OLD])


@pytest.fixture
def keyring(masters: MasterKeys) -> Keyring:
    keyring = Keyring(masters, Keyring.new_secret(masters))
    keyring.new_person("ana")
    keyring.new_person("ben")
    return keyring


@given(st.binary())
def test_what_was_sealed_opens_again(plain: bytes):
    masters = MasterKeys([OLD])
    keyring = Keyring(masters, Keyring.new_secret(masters))
    keyring.new_person("ana")
    assert keyring.open("ana", "turn.events k", keyring.seal("ana", "turn.events k", plain)) == plain


def test_the_same_words_never_look_the_same(keyring: Keyring):
    assert keyring.seal("ana", "turn.events k", b"hello") != keyring.seal("ana", "turn.events k", b"hello")


@pytest.mark.parametrize(
    ("person", "place"), [("ben", "turn.events k"), ("ana", "turn.events other"), ("ana", "entry.body k")]
)
def test_a_field_opens_in_its_own_place_only(keyring: Keyring, person: str, place: str):
    sealed = keyring.seal("ana", "turn.events k", b"hello")
    with pytest.raises(StoreError, match="changed or moved") as raised:
        keyring.open(person, place, sealed)
    assert raised.value.permanent


@given(st.integers(0, 32), st.integers(1, 255))
def test_a_changed_byte_never_opens(position: int, flip: int):
    masters = MasterKeys([OLD])
    keyring = Keyring(masters, Keyring.new_secret(masters))
    keyring.new_person("ana")
    sealed = bytearray(keyring.seal("ana", "turn.events k", b"hello"))
    sealed[position] ^= flip
    with pytest.raises(StoreError):
        keyring.open("ana", "turn.events k", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(28)])
def test_what_is_no_sealed_field_is_refused(keyring: Keyring, sealed: bytes):
    with pytest.raises(StoreError):
        keyring.open("ana", "turn.events k", sealed)


def test_the_error_names_the_column_and_nothing_of_the_row(keyring: Keyring):
    with pytest.raises(StoreError) as raised:
        keyring.open("ana", "entry.body e-secret", bytes(40))
    assert "entry.body" in str(raised.value)
    assert "e-secret" not in str(raised.value)
    assert "ana" not in str(raised.value)


def test_a_wrong_master_key_is_refused_before_anything_opens(masters: MasterKeys):
    secret = Keyring.new_secret(masters)
    with pytest.raises(KeyMismatch, match="HANDRAIL_MASTER_KEY"):
        Keyring(MasterKeys([NEW]), secret)


def test_two_master_keys_live_at_once_and_the_first_one_wraps():
    secret = Keyring.new_secret(MasterKeys([OLD]))
    both = MasterKeys([NEW, OLD])
    keyring = Keyring(both, secret)
    assert not both.is_current(secret)
    assert both.is_current(keyring.new_person("ana"))


def test_a_rotation_changes_no_fingerprint():
    old, both, new = MasterKeys([OLD]), MasterKeys([NEW, OLD]), MasterKeys([NEW])
    secret = Keyring.new_secret(old)
    again = both.wrap(both.unwrap(secret, "secret"), "secret")
    assert Keyring(new, again).fingerprint(ANA) == Keyring(old, secret).fingerprint(ANA)


def test_a_fingerprint_says_nothing_without_its_database(masters: MasterKeys):
    here, there = (Keyring(masters, Keyring.new_secret(masters)) for _ in range(2))
    assert here.fingerprint(ANA) == here.fingerprint(Address(Platform.TELEGRAM, "4711"))
    assert here.fingerprint(ANA) != there.fingerprint(ANA)
    assert here.fingerprint(ANA) != here.fingerprint(Address(Platform.SLACK, "4711"))
    assert "4711" not in here.fingerprint(ANA)


def test_a_wrapped_key_belongs_to_one_person(masters: MasterKeys, keyring: Keyring):
    wrapped = keyring.new_person("cem")
    with pytest.raises(KeyMismatch, match="changed or moved"):
        keyring.learn("dan", wrapped)


def test_a_forgotten_key_opens_nothing(keyring: Keyring):
    keyring.forget("ana")
    assert not keyring.knows("ana")


def test_no_more_keys_are_kept_at_hand_than_were_meant(keyring: Keyring):
    wrapped = keyring.new_person("first")
    for number in range(REMEMBERED - 1):
        keyring.new_person(f"person {number}")
    keyring.learn("first", wrapped)
    keyring.new_person("one more")
    assert keyring.knows("first")
    assert not keyring.knows("ana")
    assert not keyring.knows("person 0")


def test_what_belongs_to_nobody_is_sealed_too(keyring: Keyring):
    sealed = keyring.seal_for_system("quarantine.raw 1", b"hello")
    assert keyring.open_for_system("quarantine.raw 1", sealed) == b"hello"
    with pytest.raises(StoreError):
        keyring.open_for_system("quarantine.raw 2", sealed)


@pytest.mark.parametrize("text", ["", "short", "not base64!", base64.b64encode(bytes(16)).decode(), "ä", ","])
def test_a_key_of_the_wrong_form_names_the_setting_and_the_remedy(text: str):
    with pytest.raises(SettingError, match=r"HANDRAIL_MASTER_KEY .* openssl rand -base64 32"):
        MasterKeys.parse(text)


def test_the_error_about_a_key_does_not_show_it():
    with pytest.raises(SettingError) as raised:
        MasterKeys.parse("c2VjcmV0")
    assert "c2VjcmV0" not in str(raised.value)


def test_keys_may_stand_side_by_side_with_blanks():
    text = f"{base64.b64encode(NEW).decode()}, {base64.b64encode(OLD).decode()}\n"
    secret = Keyring.new_secret(MasterKeys([OLD]))
    assert Keyring(MasterKeys.parse(text), secret)


def test_a_made_key_is_for_its_owner_only_and_opens_what_it_wrapped(tmp_path: Path):
    path = tmp_path / "master.key"
    masters = MasterKeys.parse(make_key(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring(MasterKeys.parse(path.read_text()), Keyring.new_secret(masters))


def test_an_existing_key_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "master.key"
    key = make_key(path)
    with pytest.raises(FileExistsError):
        make_key(path)
    assert path.read_text().strip() == key
