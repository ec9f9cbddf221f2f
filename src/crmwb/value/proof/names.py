"""What forecasters are called in sentences that people read."""

NAMES = {
    "stack": "the combined forecast",
    "bg_nbd": "the BG/NBD model",
    "mbg_nbd": "the MBG/NBD model",
    "mbg_cnbd_k": "the MBG/CNBD-k model",
    "pareto_nbd": "the Pareto/NBD model",
    "nbd": "the model in which no customer ever leaves",
    "nothing": "nobody buys again",
    "last_period": "as many as in the period before",
    "rate": "the past rate goes on",
    "hiatus": "the past rate, none after 12 weeks of silence",
    "past_spend": "who spent most buys most",
}


def name_of(forecaster: str, kind: str) -> str:
    """Return a forecaster's name, a rule's in quotation marks."""
    name = NAMES.get(forecaster, forecaster)
    return f"“{name}”" if kind == "rule" else name
