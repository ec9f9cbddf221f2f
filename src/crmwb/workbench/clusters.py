"""The clusters: how they were found, how sure they are, where they lie; and others to try instead."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, params, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.features import INTERESTS
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Listing, Name, Number, Value, from_json
from crmwb.params import Params
from crmwb.plots import clusters as plots
from crmwb.segmentation import clusters
from crmwb.segmentation.names import feature_value

KEY = "customer_id"


class Clusters:
    """Customers who are alike: the clusters that the pipeline made, or others with choices of one's own.

    Parameters
    ----------
    root : Path
        The project's folder.
    model : dict, optional
        Clusters to show instead of the pipeline's, as `trial` learns them.
    choices : mapping, optional
        The choices of `segmentation.clusters` that they were learnt with, where others than in params.yaml.
    """

    def __init__(
        self, root: Path, model: dict[str, Any] | None = None, choices: Mapping[str, Any] | None = None
    ) -> None:
        self._root = root
        self._model = model
        self._choices = dict(choices or {})

    @cached_property
    def params(self) -> Params:
        """The choices in params.yaml."""
        return params.load(self._root / layout.PARAMS)

    @cached_property
    def model(self) -> dict[str, Any]:
        """How the clusters were made: columns, evidence, verdict, clusters."""
        model: dict[str, Any] = self._model or storage.read_json(self._root / layout.SEGMENT_MODEL)["clusters"]
        return model

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """The customers who bought, with features and value, sorted by customer_id."""
        customers = storage.read_joined(KEY, FEATURES, VALUE, root=self._root)
        return customers[customers["n_purchase_days"] > 0].sort_values(KEY, ignore_index=True)

    @cached_property
    def interests(self) -> pd.DataFrame | None:
        """Purchases by category, where the pipeline made them."""
        is_there = (self._root / INTERESTS.path).is_file()
        return storage.read(INTERESTS, root=self._root) if is_there else None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer who bought: customer_id, cluster, cluster_name, cluster_probability, is_outlier."""
        scored = clusters.score(self.buyers, self.model, interests=self.interests)
        return pd.concat([self.buyers[[KEY]], scored], axis=1)

    @property
    def finding(self) -> Finding:
        """Whether there are natural segments."""
        verdict: Finding = from_json(self.model["verdict"])
        return verdict

    @property
    def grounds(self) -> Finding | None:
        """The figures that the finding rests on; None where nothing was tried."""
        content = self.model.get("grounds")
        return None if content is None else from_json(content)

    @property
    def evidence(self) -> pd.DataFrame:
        """One row per method and number of clusters, the chosen first, then by separation."""
        rows = pd.DataFrame(self.model["evidence"])
        return rows if rows.empty else rows.sort_values(["is_chosen", "separation"], ascending=False, ignore_index=True)

    @property
    def alternatives(self) -> pd.DataFrame:
        """The candidates that were not chosen, but are stable and large enough, by separation."""
        rows = self.evidence
        if rows.empty:
            return rows
        return rows[rows["is_stable"] & rows["is_substantial"] & ~rows["is_chosen"]].reset_index(drop=True)

    @property
    def stability(self) -> pd.DataFrame:
        """One row per cluster: cluster, name, share of the sample, jaccard, slsw, slsa (0–1)."""
        kept = ["cluster", "name", "share", "jaccard", "slsw", "slsa"]
        return pd.DataFrame(self.model["clusters"], columns=kept)

    @property
    def sample(self) -> pd.DataFrame:
        """One row per stratum of the sample: revenue_band, bought_again, n_customers, n_sampled."""
        columns = ["revenue_band", "bought_again", "n_customers", "n_sampled"]
        return pd.DataFrame(self.model.get("sample", []), columns=columns)

    @property
    def centres(self) -> pd.DataFrame:
        """Each cluster's centre, in standard deviations from the average customer; the index holds their names."""
        own_clusters = self.model["clusters"]
        return pd.DataFrame([c["centre"] for c in own_clusters], index=[c["name"] for c in own_clusters])

    def trial(self, **changes: Any) -> "Clusters":
        """Learn clusters with some choices of `segmentation.clusters` changed: views, methods, k_min, k_max and so on.

        Nothing is written; `keep` does that with a choice that pleases.
        """
        own = self.params.segmentation
        chosen = type(own.clusters)(**dict(own.clusters) | changes)
        changed = own.model_copy(update={"clusters": chosen})
        learnt = clusters.fit(self.buyers, changed, self.params.seed, interests=self.interests)
        trial = Clusters(self._root, learnt, self._choices | changes)
        trial.buyers, trial.interests = self.buyers, self.interests
        return trial

    def keep(self) -> Finding:
        """Write the choices of this trial into params.yaml, and return what changed; `dvc repro` then uses them."""
        file = Name(str(layout.PARAMS))
        if not self._choices:
            return Finding("clusters.keep.unchanged", {"file": file})
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in self._choices.items()}
        before = params.choose(
            {f"segmentation.clusters.{name}": value for name, value in plain.items()}, self._root / layout.PARAMS
        )
        changes = tuple(
            Finding(
                "clusters.keep.change",
                {"choice": Name(name), "now": Name(str(plain[name.rpartition(".")[2]])), "before": Name(str(value))},
            )
            for name, value in before.items()
        )
        return Finding("clusters.keep.changed", {"file": file, "changes": Listing(changes)})

    def compare(self, other: "Clusters") -> clusters.Comparison:
        """Set these clusters beside others: customers by cluster of the one and of the other, and the agreement."""
        return clusters.compare(self.frame["cluster_name"], other.frame["cluster_name"])

    def plot_evidence(self) -> Picture:
        """Draw what speaks for each method and number of clusters."""
        least = self.params.segmentation.clusters.min_stability
        return draw(plots.evidence, self.evidence, least, alt=Finding("clusters.alt.evidence"), reason=self.finding)

    def plot_centres(self) -> Picture:
        """Draw what sets the clusters apart."""
        features: list[Value] = [feature_value(str(name)) for name in self.centres.columns]
        return draw(plots.cluster_map, self.centres, features, alt=Finding("clusters.alt.centres"), reason=self.finding)

    def plot_map(self) -> Picture:
        """Draw customers and centres in the two directions that tell the clusters best apart."""
        shown = clusters.project(self.buyers, self.model, interests=self.interests, seed=self.params.seed)
        sizes = {"customers": Count(len(shown.points), "customer"), "groups": Count(len(shown.centres), "group")}
        alt = Finding("clusters.alt.map", sizes | {"across": shown.across, "up": shown.up})
        return draw(plots.segment_map, *shown, alt=alt)

    def plot_crossing(self, other: "Clusters") -> Picture:
        """Draw where the customers of each of these clusters are in others."""
        comparison = self.compare(other)
        return draw(plots.crossing, *comparison, alt=Finding("clusters.alt.crossing", {"ari": Number(comparison.ari)}))

    def _repr_html_(self) -> str:
        shown = self.stability.rename(columns={"name": "cluster_name"})
        return tables.html(shown, caption=self.finding)
