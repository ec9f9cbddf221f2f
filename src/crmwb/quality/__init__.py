"""Which rows may be trusted: the contract as Great Expectations suites, quarantine, audits, completeness."""

import os

# Great Expectations reports its use over the network unless this is set before it is first imported.
os.environ["GX_ANALYTICS_ENABLED"] = "False"
