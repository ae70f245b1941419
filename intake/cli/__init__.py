"""The command line: the console script ``intake`` and the group ``flask intake``.

Heavy libraries are imported inside the commands, because Flask loads this module for every
``flask`` command of a host application.
"""

from __future__ import annotations

import sys

import click

from intake.cli.assess import assess
from intake.cli.db import db
from intake.cli.doctor import doctor
from intake.cli.options import note
from intake.cli.process import process
from intake.cli.questionnaire import questionnaire
from intake.cli.rules import rules
from intake.cli.serve import serve
from intake.cli.validate import validate
from intake.cli.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="intake-referral")
def intake() -> None:
    """Pre-visit answers to urgency, workup, PDF and FHIR."""


_COMMANDS = (process, assess, questionnaire, rules, validate, serve, worker, db, doctor)
for command in _COMMANDS:
    intake.add_command(command)


def main() -> None:
    """Run the console script: errors are one line on stderr, usage errors exit with 2."""
    try:
        code = intake.main(prog_name="intake", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        note(f"intake: {error.format_message()}")
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except OSError as error:
        note(f"intake: {error.filename or 'standard output'}: {error.strerror}")
        code = 1
    sys.exit(code or 0)
