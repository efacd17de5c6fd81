"""What can be done: one registry of verbs that slash commands, buttons, forms and the command line adapt."""
