"""Models are data: fetched on request, checked by sha256, kept in the user's folder, never imported as code."""

from recognizers.models.catalogue import Model, catalogue, download_size, model
from recognizers.models.installation import install
from recognizers.models.store import Status, installed, models_folder, status, verify

__all__ = [
    "Model",
    "Status",
    "catalogue",
    "download_size",
    "install",
    "installed",
    "model",
    "models_folder",
    "status",
    "verify",
]
