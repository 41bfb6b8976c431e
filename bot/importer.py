"""Reads data/responses as part of the domain, so that rewording a response trains nothing.

Stock Rasa takes a file of responses under data/ for training data: each new wording changes the fingerprint
of the NLU data and the whole NLU is trained again. The importer is named in config.yml; a misspelt name there
is only a warning of Rasa's, so a test guards it.
"""

from __future__ import annotations

from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData

RESPONSES = "responses"


class ContentImporter(RasaFileImporter):
    """Files in a folder named `responses` belong to the domain, all others are what they are in stock Rasa."""

    def get_domain(self) -> Domain:
        """The domain file and every file of responses."""
        domain = super().get_domain()
        for path in sorted(filter(_holds_responses, self._nlu_files)):
            domain = domain.merge(Domain.load(path))
        return domain

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Training data without the responses."""
        return training_data_from_paths(
            [path for path in self._nlu_files if not _holds_responses(path)], language or "en"
        )


def _holds_responses(path: str) -> bool:
    return Path(path).parent.name == RESPONSES
