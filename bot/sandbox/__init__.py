"""A Slack-shaped workspace on this machine: to try the bot with no account, and what the tests drive."""
