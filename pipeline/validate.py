"""Hold the canonical tables against the contract: clean rows go on, bad ones are quarantined with their reasons."""

from crmwb import engine, layout, params, progress, stage, storage


def main() -> None:
    p = params.load()
    with progress.step("loading Great Expectations"), stage.loading():
        from crmwb.quality.runs.accepted import accepted
        from crmwb.quality.summary import metrics, summary
        from crmwb.quality.validation import validate
    with (
        engine.connect(p.engine, lines=True) as con,
        storage.replacing_folder(layout.CLEAN) as clean,
        storage.replacing_folder(layout.QUARANTINE) as quarantine,
    ):
        before = accepted(layout.ACCEPTED_RUN)
        outcome = validate(
            con, layout.CANONICAL, clean, quarantine, p.quality, accepted=before, kept=layout.KEPT_VERDICTS
        )
    storage.write_json(summary(outcome), layout.QUALITY_SUMMARY)
    storage.write_json(metrics(outcome), layout.QUALITY_METRICS)


if __name__ == "__main__":
    stage.run(main)
