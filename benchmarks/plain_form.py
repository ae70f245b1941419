"""The same questions as plain Flask-WTF fields in a plain template: the baseline of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhir.intake.items import Item

_PAGE: Final = """<!doctype html><html lang=en><title>{{ title }}</title><body><main>
<h1>{{ title }}</h1><form method=post>{{ form.hidden_tag() }}
{% for field in form if field.type != "CSRFTokenField" %}
<fieldset><legend>{{ field.label }}</legend>
{{ field() }}{% for error in field.errors %}<p>{{ error }}</p>{% endfor %}</fieldset>{% endfor %}
<button>Continue</button></form></main></body></html>"""


def plain_app(title: str, questions: Sequence[Item], answers: dict[str, Any]) -> Flask:
    """Make an application that shows the questions at ``/`` with their answers; no database."""
    app = Flask("plain")
    app.config.update(SECRET_KEY="only for the benchmark", TESTING=True)  # noqa: S106
    fields = {question.link_id: _field(question) for question in questions}
    form_class: type[FlaskForm] = type("PlainPage", (FlaskForm,), fields)

    @app.route("/", methods=["GET", "POST"])
    def page() -> str:
        form = form_class(data=answers)
        form.validate_on_submit()
        return render_template_string(_PAGE, form=form, title=title)

    return app


def _field(question: Item) -> Any:
    choices = [(option.code, option.display) for option in question.options]
    if question.type != "choice":
        return StringField(question.text, validators=[Optional(), Length(max=1000)])
    if not question.repeats:
        return RadioField(question.text, choices=choices, validators=[Optional()])
    return SelectMultipleField(
        question.text,
        choices=choices,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
