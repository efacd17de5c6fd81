"""What is shown: one frozen view model a thing, and two renderers, Block Kit and Markdown."""
