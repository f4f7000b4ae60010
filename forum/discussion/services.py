"""Placeholder until the writes land in the next commit."""
