"""Listeners, one file a kind of payload. Each acks first, and answers its user privately."""
