"""The built-in names about medicines, as variables: a patient's list against the pack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.rules.answer_paths import steps, stored_answer
from fhir.intake.rules.fhirpath_text import camel_case, text, union, variable
from fhir.intake.rules.name_folding import folding, separators
from referral import builtin
from referral.medicines import NAME, RXNORM, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.items import Form
    from referral.records import Drug, DrugClass

_GATE: Final = variable(builtin.MEDICINES_GATE)
_NONE_TAKEN: Final = f"{_GATE} in ('none' | 'supplements')"
_SOME_TAKEN: Final = f"{_GATE} in ('medicines' | 'both')"
_LISTED: Final = "contains('\\n' & $this & '\\n')"


def medicine_variables(form: Form, classes: tuple[DrugClass, ...]) -> Iterator[tuple[str, str]]:
    """Yield name and FHIRPath of the variables behind the built-ins about medicines, in order.

    They read the variables of the list of medicines and of the question before it.
    """
    if builtin.MEDICINES_GATE not in form.items:
        yield camel_case(builtin.MEDICINES_GATE), "{}"
    names = sorted({name for row in classes for drug in row.members for name in _names(drug)})
    yield "medAll", text("\n".join(["", *names, ""]))
    yield "medKeys", _keys(form, names)
    yield "medNames", _known(names)
    yield "medClasses", f"iif({_NONE_TAKEN}, {{}}, {union([_class(row) for row in classes])})"
    twitch = union([text(row.id) for row in classes if row.twitch_drug])
    any_twitch = f"iif(%medClasses.intersect({twitch}).exists(), '{builtin.ANY_TWITCH_DRUG}', {{}})"
    yield camel_case(builtin.DRUG_CLASSES), f"%medClasses | {any_twitch}"
    unmatched = variable(builtin.UNMATCHED)
    unknown = "%medNames.where($this = '').exists()"
    yield camel_case(builtin.UNMATCHED), f"iif({_NONE_TAKEN}, false, {unknown})"
    complete = f"%medNames.exists() and {unmatched}.not() and iif({_SOME_TAKEN}, true, false)"
    yield (
        f"{camel_case(builtin.DRUG_CLASSES)}Inc",
        f"iif({_NONE_TAKEN}, false, ({complete}).not())",
    )


def _names(drug: Drug) -> Iterator[str]:
    for name in (drug.name, *drug.synonyms, *filter(None, [drug.rxnorm])):
        yield normalise(name)


def _keys(form: Form, names: Iterable[str]) -> str:
    """Return a text for each row of the list: RxNorm code, separator, name; both folded."""
    rows = form.items[builtin.MEDICINES]
    if not (rows.is_rows and rows.is_group):
        return "{}"
    shown = f"{variable(builtin.MEDICINES)}Shown"
    given = stored_answer(form, builtin.MEDICINES)
    if rows.condition is not None:
        given = f"iif({shown}, {given}, {{}})"
    names = [*names]
    mark, other = separators(names)
    name = form.items.get(NAME)
    if name is None:
        return f"{given}.select({text(mark)})"
    inside = form.path(name)[len(form.path(rows)) :]
    answer = steps(inside).removeprefix(".") + ".answer.value"
    code = f"{answer}.ofType(Coding).where(system = {text(RXNORM)}).code"
    words = f"({answer}.ofType(string) | {answer}.ofType(Coding).display)"
    if name.type == "choice":
        code, words = "''", f"{answer}.ofType(Coding).code"
    clean = f".replace({text(mark)}, {text(other)})"
    joined = f"{code}{clean} & {text(mark)} & {words}{clean}"
    trim = f".replaceMatches({text(f' ?[{mark}] ?')}, {text(mark)})"
    return f"{given}.select({joined}).select($this{folding(names)}{trim})"


def _known(names: Iterable[str]) -> str:
    """Return for each row the code or name that the pack knows, the code first, else ''."""
    mark = text(separators(names)[0])
    code = f"$this.substring(0, $this.indexOf({mark}))"
    words = f"$this.substring($this.indexOf({mark}) + 1)"
    return f"%medKeys.select(iif({_in_all(code)}, {code}, iif({_in_all(words)}, {words}, '')))"


def _in_all(path: str) -> str:
    return f"%medAll.contains('\\n' & {path} & '\\n')"


def _class(row: DrugClass) -> str:
    names = sorted({name for drug in row.members for name in _names(drug)})
    listed = text("\n".join(["", *names, ""]))
    return f"iif(%medNames.where({listed}.{_LISTED}).exists(), {text(row.id)}, {{}})"
