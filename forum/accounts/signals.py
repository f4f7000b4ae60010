"""What other packages may wish to know of an account, without accounts knowing them."""

from django.dispatch import Signal

account_renamed = Signal()
"""Sent in the transaction that changed a display name. Argument: user."""

account_deleting = Signal()
"""Sent in the transaction that deletes an account, before the row goes. Argument: user."""

account_exporting = Signal()
"""Sent when a person asks for a copy of what is kept about them. Argument: user. A receiver returns
`(part, rows)`: the name of the part and a list of dictionaries that JSON can carry."""
