"""The ways to cluster, by the name that params give them."""

from crmwb.segmentation.clusters.methods.density import Density
from crmwb.segmentation.clusters.methods.kmeans import KMeans
from crmwb.segmentation.clusters.methods.latent import Latent
from crmwb.segmentation.clusters.methods.method import Method, Model
from crmwb.segmentation.clusters.methods.mixture import Mixture
from crmwb.segmentation.clusters.methods.som import SelfOrganisingMap
from crmwb.segmentation.clusters.methods.ward import Ward

METHODS: dict[str, Method] = {
    "kmeans": KMeans(),
    "mixture": Mixture(),
    "ward": Ward(),
    "som": SelfOrganisingMap(),
    "latent": Latent(),
    "density": Density(),
}

__all__ = ["METHODS", "Method", "Model"]
