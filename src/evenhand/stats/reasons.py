"""Why there is no number, in the same words wherever the same is amiss."""

from typing import Final

NO_LABEL: Final = "no item has a human label"
NOT_BOTH: Final = "no item was labelled by both"
NO_VALUE: Final = "it has no value on these items"
ONE_CLUSTER: Final = "one cluster says nothing about others"
ONE_AND_THE_SAME: Final = "both gave one and the same label only, so chance explains everything"
HARDLY_VARY: Final = "the labels hardly vary, so chance explains almost everything"
