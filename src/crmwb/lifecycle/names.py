"""The stages of a customer's life, and the order of their rules: the first that fits names the stage."""

ACCOUNT, TARGET, PROSPECT, INTRODUCTION, GROWTH, MATURITY, DECLINE, LAPSED, WON_BACK = range(9)
UNKNOWN = -1  # the customer is not known yet

STAGES = (
    *("account", "target", "prospect"),
    *("introduction", "growth", "maturity", "decline", "lapsed", "won_back"),
)
BEFORE_BUYING = STAGES[:INTRODUCTION]

# The order in which the rules are tried; `lifecycle.rule.<stage>` of the catalogues says each.
RULES = (
    *("lapsed", "won_back", "decline", "introduction", "growth", "maturity"),
    *("prospect", "target", "account"),
)
