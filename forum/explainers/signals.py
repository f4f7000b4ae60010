"""What the packages above may wish to know of the background, without explainers knowing them."""

from django.dispatch import Signal

background_changed = Signal()
"""Sent inside the transaction that publishes, changes or withdraws an explainer. Arguments: consultation_id;
provision_ids, a frozenset of the provisions whose threads show something else now, with None for the
consultation's own thread; explainer_id. What a thread shows now is asked of `selectors` or `fragments`."""
