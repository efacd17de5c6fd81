"""What outlives a request: the inbox, the one outbox, who we know, and the scheduler."""
