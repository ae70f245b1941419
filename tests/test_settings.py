"""What a configuration may say, and what is said about one that is wrong."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.settings import (
    EXAMPLES,
    KEYS,
    STANDALONE,
    Settings,
    SettingsError,
    read_environment,
    read_standalone,
)

NUMBERS = {
    "INTAKE_EMERGENCY_NUMBER": "112",
    "INTAKE_CRISIS_NUMBER": "0800 555 0100",
    "INTAKE_CLINIC_PHONE": "+34 555 0101",
}
WRONG: list[tuple[str, Any]] = [
    ("INTAKE_DATABASE_URL", 7.5),
    ("INTAKE_DATABASE_URL", "sqlite:///a\nb"),
    ("INTAKE_URL_PREFIX", "intake"),
    ("INTAKE_URL_PREFIX", "/intake/"),
    ("INTAKE_URL_PREFIX", "/"),
    ("INTAKE_URL_PREFIX", "/a//b"),
    ("INTAKE_URL_PREFIX", "/a/../b"),
    ("INTAKE_URL_PREFIX", "/<tenant>"),
    ("INTAKE_URL_PREFIX", "/in take"),
    ("INTAKE_CLINICIAN_URL_PREFIX", "/clinic?x"),
    ("INTAKE_CLINIC_ID", ""),
    ("INTAKE_CLINIC_ID", "x" * 65),
    ("INTAKE_CLINIC_ID", True),
    ("INTAKE_CLINIC_NAME", "two\nlines"),
    ("INTAKE_CLINIC_NAME", "x" * 101),
    ("INTAKE_EMERGENCY_NUMBER", ""),
    ("INTAKE_EMERGENCY_NUMBER", "\u200b"),
    ("INTAKE_EMERGENCY_NUMBER", "1" * 41),
    ("INTAKE_EMERGENCY_NUMBER", "11\x002"),
    ("INTAKE_EMERGENCY_NUMBER", -112),
    ("INTAKE_CRISIS_NUMBER", "555\t1"),
    ("INTAKE_CRISIS_NUMBER", ["112"]),
    ("INTAKE_CLINIC_PHONE", "   "),
    ("INTAKE_CLINIC_PHONE", "555\u20281"),
    ("INTAKE_PUBLIC", "perhaps"),
    ("INTAKE_PUBLIC", ""),
    ("INTAKE_PUBLIC", 2),
    ("INTAKE_DEVELOPMENT", 1.0),
    ("INTAKE_WORKER", "ja"),
    ("INTAKE_RECORD_SYSTEM", "our numbers"),
    ("INTAKE_RECORD_SYSTEM", "clinic.example/mrn"),
    ("INTAKE_BASE_URL", "ftp://clinic.example"),
    ("INTAKE_BASE_URL", "https://clinic.example/a b"),
    ("INTAKE_PAPER", "A5"),
    ("INTAKE_PAPER", ["A4"]),
    ("INTAKE_PDF_VARIANT", "pdf/ua-1"),
    ("INTAKE_TIME_ZONE", "Europe"),
    ("INTAKE_TIME_ZONE", "Mars/Olympus"),
    ("INTAKE_TIME_ZONE", "../../etc/passwd"),
    ("INTAKE_TIME_ZONE", "\ud800"),
    ("INTAKE_TIME_ZONE", ""),
]
WRONG_ALONE: list[tuple[str, Any]] = [
    ("INTAKE_GUARD", ""),
    ("INTAKE_ACTOR", b"x:y"),
    ("INTAKE_TRUSTED_HOSTS", ""),
    ("INTAKE_PROXIES", "-1"),
    ("INTAKE_PROXIES", "11"),
    ("INTAKE_PROXIES", "\u0661"),
]


def read(config: dict[str, Any], *, testing: bool = False) -> Settings:
    return Settings.from_config(config, testing=testing, instance_path="/srv/app/instance")


def faults(config: dict[str, Any], *, testing: bool = False) -> str:
    with pytest.raises(SettingsError) as raised:
        read(config, testing=testing)
    return str(raised.value)


def test_defaults() -> None:
    settings = read(dict(NUMBERS))
    assert settings.database_url == "sqlite:////srv/app/instance/intake.db"
    assert (settings.url_prefix, settings.clinician_url_prefix) == ("/intake", "/intake/clinic")
    assert (settings.clinic_id, settings.clinic_name) == ("default", "")
    assert settings.emergency_number == "112"
    assert (settings.public, settings.development, settings.worker) == (False, False, True)
    assert (settings.paper, settings.pdf_variant, settings.variant) == ("A4", "ua", "pdf/ua-1")
    assert (settings.record_system, settings.time_zone) == (None, None)


def test_the_table_is_complete() -> None:
    assert [key.field for key in KEYS] == [field.name for field in fields(Settings)]
    names = [key.name for key in (*KEYS, *STANDALONE)]
    assert len(set(names)) == len(names)
    for key in (*KEYS, *STANDALONE):
        assert key.name.startswith("INTAKE_")
        assert key.meaning.endswith(".")
        if key.default is not None:
            assert key.parse(key.default) == key.default


def test_every_key_has_a_wrong_value() -> None:
    assert {name for name, _ in WRONG} == {key.name for key in KEYS}
    assert {name for name, _ in WRONG_ALONE} == {key.name for key in STANDALONE}


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_values_name_their_key(name: str, value: Any) -> None:
    said = faults({**NUMBERS, name: value})
    assert said.startswith(f"{name} ")
    assert len(said.splitlines()) == 1
    assert said.count("INTAKE_") == 1


@pytest.mark.parametrize(("name", "value"), WRONG_ALONE)
def test_wrong_standalone_values_name_their_key(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=f"^{name} "):
        read_standalone({name: value})


def test_standalone_values() -> None:
    nothing = {"guard": None, "actor": None, "trusted_hosts": None, "proxies": 0}
    assert read_standalone({}) == nothing
    given = {"INTAKE_GUARD": "a.b:c", "INTAKE_PROXIES": "2", "OTHER": 1}
    assert read_standalone(given) == {**nothing, "guard": "a.b:c", "proxies": 2}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("INTAKE_EMERGENCY_NUMER", "INTAKE_EMERGENCY_NUMBER"),
        ("INTAKE_PREFIX", "INTAKE_URL_PREFIX"),
        ("INTAKE_TIMEZONE", "INTAKE_TIME_ZONE"),
        ("INTAKE_DATABASE_URI", "INTAKE_DATABASE_URL"),
    ],
)
def test_an_unknown_key_names_the_nearest(name: str, near: str) -> None:
    assert faults({**NUMBERS, name: "x"}) == f"{name} is no setting; did you mean {near}?"


def test_unlike_any_key() -> None:
    assert faults({**NUMBERS, "INTAKE_ZZZZZZ": 1}) == "INTAKE_ZZZZZZ is no setting."


def test_what_is_not_ours_is_left_alone() -> None:
    assert read({**NUMBERS, "INTAKEX": 1, "SECRET_KEY": "x", "INTAKE_TEST_DATA": "/x"})


def test_a_standalone_key_is_no_setting_of_a_host() -> None:
    assert "standalone" in faults({**NUMBERS, "INTAKE_GUARD": "a:b"})


def test_all_faults_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        read({"INTAKE_PAPER": "A5", "INTAKE_CLINIC_PHONE": "1"})
    paper, numbers = raised.value.faults
    assert paper == "INTAKE_PAPER must be A4 or Letter."
    assert numbers.startswith("INTAKE_EMERGENCY_NUMBER, INTAKE_CRISIS_NUMBER are not set")


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_each_number_is_needed(name: str) -> None:
    some = {key: value for key, value in NUMBERS.items() if key != name}
    assert faults(some).startswith(f"{name} is not set")


def test_examples_are_marked_as_such() -> None:
    for settings in (read({}, testing=True), read({"INTAKE_DEVELOPMENT": True})):
        for field, example in EXAMPLES.items():
            assert getattr(settings, field) == example
            assert example.startswith("[")
    mixed = read({"INTAKE_DEVELOPMENT": True, "INTAKE_CRISIS_NUMBER": "123"})
    assert (mixed.crisis_number, mixed.clinic_phone) == ("123", "[clinic phone]")


def test_an_example_does_not_hide_a_wrong_number() -> None:
    assert faults({"INTAKE_CLINIC_PHONE": "a\x07"}, testing=True).startswith("INTAKE_CLINIC_PHONE")


@pytest.mark.parametrize("value", [True, "1", "true", "YES", " on ", 1])
def test_true(value: Any) -> None:
    assert read({**NUMBERS, "INTAKE_PUBLIC": value}).public is True


@pytest.mark.parametrize("value", [False, "0", "False", "no", "off", 0])
def test_false(value: Any) -> None:
    assert read({**NUMBERS, "INTAKE_WORKER": value}).worker is False


def test_worker_under_test() -> None:
    assert read({}, testing=True).worker is False
    assert read({"INTAKE_WORKER": True}, testing=True).worker is True


def test_digits_that_were_read_as_a_number() -> None:
    settings = read({**NUMBERS, "INTAKE_EMERGENCY_NUMBER": 112, "INTAKE_CLINIC_ID": 7})
    assert (settings.emergency_number, settings.clinic_id) == ("112", "7")


def test_good_values() -> None:
    settings = read(
        {
            **NUMBERS,
            "INTAKE_DATABASE_URL": "postgresql://u:p@db/intake",
            "INTAKE_URL_PREFIX": "",
            "INTAKE_CLINICIAN_URL_PREFIX": "/staff/intake-1",
            "INTAKE_CLINIC_NAME": "  Clínica Ñandú ",
            "INTAKE_RECORD_SYSTEM": "urn:oid:1.2.3",
            "INTAKE_BASE_URL": "https://clinic.example/fhir/",
            "INTAKE_PAPER": "Letter",
            "INTAKE_PDF_VARIANT": "a3",
            "INTAKE_TIME_ZONE": "America/Santiago",
        }
    )
    assert settings.clinic_name == "Clínica Ñandú"
    assert settings.base_url == "https://clinic.example/fhir"
    assert (settings.url_prefix, settings.clinician_url_prefix) == ("", "/staff/intake-1")
    assert (settings.variant, settings.time_zone) == ("pdf/a-3a", "America/Santiago")


def test_the_prefixes_differ() -> None:
    same = {"INTAKE_URL_PREFIX": "/a", "INTAKE_CLINICIAN_URL_PREFIX": "/a"}
    assert "must differ" in faults({**NUMBERS, **same})


def test_a_fault_does_not_quote_a_password() -> None:
    assert "hunter2" not in faults({**NUMBERS, "INTAKE_DATABASE_URL": "x://u:hunter2@h\n/y"})


def test_settings_are_fixed() -> None:
    with pytest.raises(AttributeError):
        read({}, testing=True).public = True  # type: ignore[misc]


def test_environment() -> None:
    environ = {
        "PATH": "/bin",
        "SECRET_KEY": "x",
        "INTAKE_PAPER": "Letter",
        "INTAKE_PROXIES": "1",
        "INTAKE_CLINIC_NAME": "",
        "INTAKE_TEST_DATA": "/x",
        "INTAKE_PUBLC": "1",
    }
    values, warnings = read_environment(environ)
    assert values == {"INTAKE_PAPER": "Letter", "INTAKE_PROXIES": "1"}
    (warning,) = warnings
    assert "INTAKE_PUBLC is no setting; did you mean INTAKE_PUBLIC?" in warning


@given(name=st.sampled_from(sorted(NUMBERS)), value=st.text(max_size=45) | st.integers())
def test_a_number_is_one_readable_line_or_named(name: str, value: str | int) -> None:
    try:
        settings = read({**NUMBERS, name: value})
    except SettingsError as error:
        said = str(error)
    else:
        said = ""
        kept = getattr(settings, name.removeprefix("INTAKE_").lower())
        assert kept == str(value).strip()
        assert 0 < len(kept) <= 40
        assert len(kept.splitlines()) == 1
    assert not said or said.startswith(f"{name} ")
