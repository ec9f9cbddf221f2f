"""Which rows may be trusted: the contract as Great Expectations suites, quarantine, audits, completeness."""

import os
import sys

# Great Expectations reports its use over the network unless this is set before it is first imported.
os.environ["GX_ANALYTICS_ENABLED"] = "False"
# It imports jsonschema, which would compile a grammar of internet addresses: a third of the time that loading takes.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # what is None here counts as not installed
