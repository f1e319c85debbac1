"""One file per kind of evidence; adding one is adding a file and naming it in `ALL`."""

from spamscrub.classifiers import contact, flow, form, guards, guests, letters, lexicon, position, script, wording
from spamscrub.classifiers.scene import Classifier, Feature, Scene

ALL: tuple[Classifier, ...] = (
    position.features,
    form.features,
    script.features,
    wording.features,
    lexicon.features,
    guards.features,
    guests.features,
    letters.features,
    flow.features,
    contact.features,
)
"""Every classifier that looks at one candidate in its document, in the order in which evidence is listed."""

__all__ = ["ALL", "Classifier", "Feature", "Scene"]
