"""The command line: `crmwb --help`."""

import os
from typing import Annotated

import typer

from crmwb import layout, stage

app = typer.Typer(help="Customer value from your own CRM tables.", no_args_is_help=True, add_completion=False)


@app.callback()
def options(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Set what holds for every command."""
    if debug:
        os.environ[stage.DEBUG] = "1"


@app.command("params")
def check_params() -> None:
    """Check params.yaml and show what is chosen, without running anything."""
    from rich.pretty import pprint

    from crmwb import params

    stage.run(lambda: pprint(params.load(layout.root() / layout.PARAMS), expand_all=True))


@app.command("dictionary")
def write_dictionary() -> None:
    """Write docs/data_dictionary.md from the data contract and the columns of the customer mart."""
    from crmwb.actions import dictionary

    stage.run(lambda: dictionary.write(layout.root() / layout.DATA_DICTIONARY))
