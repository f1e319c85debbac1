"""Gold data in; precision, recall, damage, and what each piece of evidence is worth, out."""

from spamscrub.evaluation.figures import Counts, count, rates
from spamscrub.evaluation.gold import Answer, Gold, read_gold, read_predictions
from spamscrub.evaluation.summary import Bin, Case, Evaluation, answer, chosen_fields, largest

__all__ = ["Answer", "Bin", "Case", "Counts", "Evaluation", "Gold", "answer", "chosen_fields", "count", "largest", "rates", "read_gold", "read_predictions"]
