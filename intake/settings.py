"""The settings of the plugin: read once from the application's configuration, then fixed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self

from fhir.intake import urls
from intake.setting_values import (
    read_address,
    read_choice,
    read_count,
    read_line,
    read_prefix,
    read_truth,
    read_uri,
    read_zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from intake.pdf.renderer import Variant
    from intake.pdf.summary import Paper

PREFIX: Final = "INTAKE_"
EXAMPLES: Final = {
    "emergency_number": "[emergency number]",
    "crisis_number": "[crisis number]",
    "clinic_phone": "[clinic phone]",
}
"""What stands for the numbers that patients are told to call, while nobody real is served."""
VARIANTS: Final[dict[str, Variant]] = {"ua": "pdf/ua-1", "a3": "pdf/a-3a"}
"""The kinds of PDF, by their names in settings and options, as the renderer names them."""
_IGNORED: Final = frozenset({"INTAKE_TEST_DATA"})


class SettingsError(ValueError):
    """The configuration can not be used. ``faults`` are sentences, each naming its key."""

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class Key(NamedTuple):
    """A configuration key: its default, its meaning for people, and what reads its value.

    A default of None is worked out from the application, or means that there is none.
    """

    name: str
    default: str | bool | int | None
    meaning: str
    parse: Callable[[Any], Any]

    @property
    def field(self) -> str:
        """Return the name of the attribute that holds the value."""
        return self.name.removeprefix(PREFIX).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one application; ``KEYS`` tells the meaning of each attribute."""

    database_url: str
    url_prefix: str
    clinician_url_prefix: str
    clinic_id: str
    clinic_name: str
    emergency_number: str
    crisis_number: str
    clinic_phone: str
    public: bool
    development: bool
    record_system: str | None
    base_url: str
    paper: Paper
    pdf_variant: Literal["ua", "a3"]
    worker: bool
    time_zone: str | None

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], *, testing: bool, instance_path: str | Path
    ) -> Self:
        """Read the ``INTAKE_*`` keys of a Flask configuration, which stays as it is.

        ``testing`` and ``INTAKE_DEVELOPMENT`` allow example numbers; under ``testing`` there is
        no worker unless it is asked for. Raises SettingsError, which names all that is wrong.
        """
        faults = list(_strangers(config))
        values = {key.field: _read(key, config, faults) for key in KEYS}
        if testing and "INTAKE_WORKER" not in config:
            values["worker"] = False
        if values["database_url"] is None:
            values["database_url"] = f"sqlite:///{Path(instance_path) / 'intake.db'}"
        _fill_numbers(values, config, faults, examples=testing or values["development"])
        if values["url_prefix"] == values["clinician_url_prefix"]:
            faults.append("INTAKE_URL_PREFIX and INTAKE_CLINICIAN_URL_PREFIX must differ.")
        if faults:
            raise SettingsError(*faults)
        return cls(**values)

    @property
    def variant(self) -> Variant:
        """The kind of PDF by the name that the renderer takes."""
        return VARIANTS[self.pdf_variant]


def read_environment(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the known ``INTAKE_*`` variables, and a warning for each unknown one.

    An empty variable counts as not set.
    """
    names = [key.name for key in (*KEYS, *STANDALONE)]
    found = {name: environ[name] for name in sorted(environ) if name.startswith(PREFIX)}
    unknown = [name for name in found if name not in names and name not in _IGNORED]
    warnings = [f"The environment variable {_unknown(name, names)}" for name in unknown]
    return {name: value for name, value in found.items() if name in names and value}, warnings


def read_standalone(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the ``STANDALONE`` keys by attribute. Raises SettingsError."""
    faults: list[str] = []
    values = {key.field: _read(key, config, faults) for key in STANDALONE}
    if faults:
        raise SettingsError(*faults)
    return values


def _strangers(config: Mapping[str, Any]) -> Iterator[str]:
    names = [key.name for key in KEYS]
    alone = {key.name for key in STANDALONE}
    for name in config:
        if name in alone:
            yield f"{name} is read by the standalone application only."
        elif name.startswith(PREFIX) and name not in names and name not in _IGNORED:
            yield _unknown(name, names)


def _unknown(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ".")


def _read(key: Key, config: Mapping[str, Any], faults: list[str]) -> Any:
    value = config.get(key.name)
    if value is None:
        return key.default
    try:
        return key.parse(value)
    except ValueError as error:
        faults.append(f"{key.name} {error}.")
        return key.default


def _fill_numbers(
    values: dict[str, Any], config: Mapping[str, Any], faults: list[str], *, examples: bool
) -> None:
    """Put an example where a number is not set, or name all that are not."""
    names = {field: f"{PREFIX}{field.upper()}" for field in EXAMPLES}
    missing = [field for field, name in names.items() if config.get(name) is None]
    if missing and not examples:
        verb = "is" if len(missing) == 1 else "are"
        listed = ", ".join(names[field] for field in missing)
        faults.append(f"{listed} {verb} not set; patients are told to call there.")
    values.update((field, EXAMPLES[field]) for field in missing)


KEYS: Final = (
    Key(
        "INTAKE_DATABASE_URL",
        None,
        "Database: sqlite:///folder/intake.db or postgresql://user:password@host/name;"
        " without it, intake.db in the application's instance folder.",
        read_line(2000),
    ),
    Key("INTAKE_URL_PREFIX", "/intake", "Path of the patient's pages.", read_prefix),
    Key(
        "INTAKE_CLINICIAN_URL_PREFIX",
        "/intake/clinic",
        "Path of the clinician's pages.",
        read_prefix,
    ),
    Key(
        "INTAKE_CLINIC_ID", "default", "Whose records these are; others are hidden.", read_line(64)
    ),
    Key(
        "INTAKE_CLINIC_NAME",
        "",
        "Name in the head of the pages.",
        read_line(100, may_be_empty=True),
    ),
    Key(
        "INTAKE_EMERGENCY_NUMBER",
        None,
        "Number that a patient calls in an emergency.",
        read_line(40),
    ),
    Key("INTAKE_CRISIS_NUMBER", None, "Number that a patient calls in despair.", read_line(40)),
    Key("INTAKE_CLINIC_PHONE", None, "Number of the clinic.", read_line(40)),
    Key("INTAKE_PUBLIC", False, "Show the clinician's pages to everybody, unguarded.", read_truth),
    Key(
        "INTAKE_DEVELOPMENT",
        False,
        "For trying out, never with real patients: example numbers, no guard.",
        read_truth,
    ),
    Key(
        "INTAKE_RECORD_SYSTEM",
        None,
        "Identifier system (URI) of the patients' record numbers.",
        read_uri,
    ),
    Key("INTAKE_BASE_URL", urls.BASE, "Namespace of the form and its code systems.", read_address),
    Key("INTAKE_PAPER", "A4", "Paper of the PDF: A4 or Letter.", read_choice("A4", "Letter")),
    Key(
        "INTAKE_PDF_VARIANT",
        "ua",
        "PDF for people (ua), or an archive with the response attached (a3).",
        read_choice(*VARIANTS),
    ),
    Key("INTAKE_WORKER", True, "Make the PDFs in a thread of the server.", read_truth),
    Key(
        "INTAKE_TIME_ZONE",
        None,
        "Time zone of the clinic, such as Europe/Madrid; without it, the server's.",
        read_zone,
    ),
)
"""The keys of ``app.config``; the standalone application reads them from the environment too."""

STANDALONE: Final = (
    Key(
        "INTAKE_GUARD",
        None,
        "What admits clinicians, as package.module:name; it is what init_app() takes as guard.",
        read_line(200),
    ),
    Key(
        "INTAKE_ACTOR",
        None,
        "What tells the id of the signed-in clinician for the audit, as package.module:name.",
        read_line(200),
    ),
    Key(
        "INTAKE_TRUSTED_HOSTS",
        None,
        "The names by which the server may be addressed, with commas between; any if not set.",
        read_line(500),
    ),
    Key("INTAKE_PROXIES", 0, "How many proxies in front of the server are trusted.", read_count),
)
"""Further keys of the standalone application. A host passes guard and actor to init_app()."""
