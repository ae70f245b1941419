"""The records of a rule pack, as they stand in its TOML tables.

Every field is a key of the table of the same name; what a key means is in docs/rules.md.
Texts for patients are mappings of language to text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Texts: TypeAlias = Mapping[str, str]
Codes: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """An urgency; ``rank`` 0 is the most severe, ``target_days`` the time until it is met."""

    id: str
    rank: int
    label: str
    target: str
    target_days: int
    guideline: str
    patient_text: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A named expression that rules share."""

    name: str
    expression: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the pack: when it holds, what follows, why, and from which source.

    ``suggest`` adds tests or advice, ``remove`` takes tests away (or defers them, by ``effect``),
    ``about`` are the tests that a caution concerns. ``spares_urgent``: a suppress rule takes
    nothing away that an urgent tier rule asks for. ``fires_on_blank``: an unanswered question
    can make this rule fire.
    """

    id: str
    kind: Literal["tier", "workup", "advice", "suppress", "caution"]
    when: str
    because: str
    sources: Codes
    strength: str
    tier: str | None = None
    target_days: int | None = None
    suggest: Codes = ()
    remove: Codes = ()
    effect: Literal["remove", "defer"] = "remove"
    spares_urgent: bool = True
    about: Codes = ()
    message: str | None = None
    patient_text: Texts = field(default_factory=dict)
    undecided_when_missing: bool = False
    fires_on_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """An entry of the workup catalogue: a test, a referral, an action or a piece of advice.

    ``helps`` says what it helps to tell apart. ``codes`` are standard codings of just this test,
    ``parts`` those of what it is made of.
    """

    id: str
    label: str
    patient_label: Texts
    category: Literal["bloods", "electrodiagnostics", "imaging", "referral", "other", "advice"]
    helps: str
    panel: str | None = None
    preparation: str | None = None
    codes: tuple[Mapping[str, str], ...] = ()
    parts: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Blood tests that are asked for together."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a rule comes from and how directly it was read; ``short`` names it in a table."""

    id: str
    short: str
    citation: str
    title: str
    confidence: str
    supports: str
    year: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """A warning sign that the clinician sees first, present or not.

    ``when`` tells whether it is present; ``details`` are the items that say more about it.
    """

    id: str
    label: str
    when: str
    details: Codes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A modifiable factor with its limits.

    ``reads`` names the item or built-in, in ``unit``. A number beyond ``at_most`` or under
    ``at_least``, or one of the codes ``beyond``, is outside the limit. ``when`` narrows the
    record to some patients; the first record of an ``id`` whose ``when`` holds counts.
    ``scale`` is the end of the drawn bar.
    """

    id: str
    label: str
    reads: str
    because: str
    sources: Codes
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    beyond: Codes = ()
    scale: float | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """An ingredient with its other names and, where verified, its RxNorm code."""

    name: str
    synonyms: Codes = ()
    rxnorm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugClass:
    """A class of medicines with one effect; ``twitch_drug``: it is known to cause twitching."""

    id: str
    label: str
    effect: str
    evidence: str
    twitch_drug: bool
    members: tuple[Drug, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drink:
    """A source of caffeine: the item that asks for the amount a day, mg of caffeine in each."""

    item: str
    label: str
    mg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Where the article and the evidence differ, and what this pack does about it."""

    topic: str
    article: str
    evidence: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the pack is and how its rules are put together.

    What a rule of ``protected_tiers`` suggests, and everything when ``objective_sign`` is TRUE,
    is out of reach of suppress rules that spare urgent tests. ``flag_count`` is the derived
    name that counts the article's red flags.
    """

    name: str
    version: str
    date: str
    title: str
    status: str
    wording: str
    protected_tiers: Codes
    objective_sign: str
    required_red_flags: Codes
    soft_red_flags: Codes
    flag_count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The records of a pack in file order, each list under the name of its TOML table.

    ``files`` tells for ``"<table> <id>"`` which file holds the record.
    """

    header: Header
    files: Mapping[str, str]
    tier: tuple[Tier, ...] = ()
    derived: tuple[Derived, ...] = ()
    rule: tuple[Rule, ...] = ()
    test: tuple[Test, ...] = ()
    panel: tuple[Panel, ...] = ()
    source: tuple[Source, ...] = ()
    red_flag: tuple[RedFlag, ...] = ()
    factor: tuple[Factor, ...] = ()
    drug_class: tuple[DrugClass, ...] = ()
    drink: tuple[Drink, ...] = ()
    judgement: tuple[Judgement, ...] = ()
