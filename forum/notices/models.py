"""Notices to one person. The owner of this package extends the model's texts, not its meaning."""
