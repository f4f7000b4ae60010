"""What other packages may wish to know of an account, without accounts knowing them."""

from django.dispatch import Signal

account_renamed = Signal()
"""Sent in the transaction that changed a display name. Argument: user."""

account_deleting = Signal()
"""Sent in the transaction that deletes an account, before the row goes. Argument: user."""
