"""Smart Forms: our form opens in it, and our responses come back from it as they went in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from conformance.browser import watching
from conformance.building import node_folder
from conformance.fillers import Filler, differences
from conformance.verdict import Findings, Judge

if TYPE_CHECKING:
    from conformance.subject import Subject

_BUNDLE: Final = (
    *("esbuild", "app.jsx", "--bundle", "--format=iife", "--outfile=page.js", "--minify"),
    *("--jsx=automatic", "--loader:.js=jsx", "--loader:.woff=dataurl", "--loader:.woff2=dataurl"),
    *('--define:process.env.NODE_ENV="production"', "--log-level=error"),
)


def judge_forms(subject: Subject) -> Findings:
    """Open the form, then load each response and take it out again."""
    folder = node_folder("smart_forms", *_BUNDLE)
    form = json.loads(subject.questionnaire.read_bytes())
    with watching(folder, "page.html") as watched:
        filler = Filler(watched)
        watched.page.wait_for_function("() => window.fill")
        _, told = filler.call("([form]) => fill(form)", form)
        faults = [f"the form: {message}" for message in told]
        for case in subject.cases:
            sent = json.loads(case.response.read_bytes())
            script = "async ([form, sent]) => { await fill(form, sent); return answers(); }"
            found, told = filler.call(script, form, sent)
            faults += [f"{case.id}: {message}" for message in told]
            if found is None or found == sent:
                continue
            names = [n for n in {**sent, **found} if n != "item" and sent.get(n) != found.get(n)]
            faults += [f"{case.id}: {line}" for line in differences(found, sent)]
            faults += [f"{case.id}: {name}: {found.get(name)!r:.300}" for name in names]
        asked = sorted(watched.outside)
    notes = [f"{len(subject.cases)} responses came back whole" if not faults else ""]
    notes += [f"asked for {', '.join(asked)}, in vain"] if asked else []
    return Findings(
        count=1 + len(subject.cases), faults=tuple(faults), notes=tuple(filter(None, notes))
    )


JUDGE: Final = Judge(
    name="smart-forms",
    title="Smart Forms (@aehrc/smart-forms-renderer) in Chromium",
    version="1.4.0",
    judged="the Questionnaire, and each response loaded and taken out again",
    run=judge_forms,
)
