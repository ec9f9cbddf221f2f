"""Reports: notebooks run by papermill, rendered to pages that open without a network, with every number traceable."""

import sys

# nbformat imports jsonschema, which would compile a grammar of internet addresses: no notebook needs it, and it doubles
# the time that a report takes to begin.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # what is None here counts as not installed
