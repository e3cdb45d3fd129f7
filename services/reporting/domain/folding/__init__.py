"""How each event folds into the rows of a batch; events that are only counted are absent."""

from services.reporting.domain.folding import cases, conduct, contacts, decisions, delinquency, promises
from services.reporting.domain.projection import Folds

FOLDS: Folds = {
    **delinquency.FOLDS,
    **cases.FOLDS,
    **promises.FOLDS,
    **decisions.FOLDS,
    **contacts.FOLDS,
    **conduct.FOLDS,
}
