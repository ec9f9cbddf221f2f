"""How customers move between segments from month to month."""

from typing import Annotated

from pydantic import Field

from crmwb.params.section import Section, Share


class MigrationParams(Section):
    """Which months the moves are taken from, and when the halves of them count as alike."""

    n_months: Annotated[int, Field(ge=2, le=120)]
    max_change: Share
