"""The stages of a customer's life, and the rules in words: the first that fits names the stage."""

ACCOUNT, TARGET, PROSPECT, INTRODUCTION, GROWTH, MATURITY, DECLINE, LAPSED, WON_BACK = range(9)
UNKNOWN = -1  # nobody knew of this customer yet

STAGES = (
    *("account", "target", "prospect"),
    *("introduction", "growth", "maturity", "decline", "lapsed", "won_back"),
)
BEFORE_BUYING = STAGES[:INTRODUCTION]

RULES = (
    ("lapsed", "bought, and has now been silent for longer than the longest gap of a year in the own rhythm"),
    ("won_back", "had lapsed, and bought again in the last months"),
    (
        "decline",
        "late by the own rhythm; or orders less often than before, by more than chance and season explain",
    ),
    ("introduction", "bought, but too few times or too short a time ago to have habits; never lapsed"),
    ("growth", "orders more often than before, by more than chance and season explain"),
    ("maturity", "buys as before"),
    ("prospect", "never bought; answered us lately or has an open opportunity"),
    ("target", "never bought; was contacted lately"),
    ("account", "never bought; known, and that is all"),
)
