"""`proviso feedback`: what people think of answers."""

from __future__ import annotations

import click

from bot.cli.context import print_json, services


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def feedback(as_json: bool) -> None:
    """Count the marks on answers, and list what people say was wrong. It names nobody, and no question."""
    from bot.cli.terminal import show_markdown
    from bot.errors import SettingsError
    from bot.views.feedback.markdown import report as in_words

    with services() as composed:
        kept = composed.feedback
        if not kept.age:
            raise SettingsError(
                "PROVISO_FEEDBACK_DAYS is 0, so nobody is asked what they think of answers, and nothing is kept. "
                "Set it to a number of days, and restart what serves."
            )
        report = kept.report()
    if as_json:
        print_json(report.to_json())
    else:
        show_markdown(in_words(report))
