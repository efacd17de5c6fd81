"""`python -m bot` is `proviso`."""

from bot.cli import main

main()
