"""Importing this declares every table there is: whoever creates, migrates or copies a database starts here."""

import bot.conversations.tables
import bot.partners.tables
import bot.reminders.tables
import bot.work.tables
import retrieval.corpus.tables
import retrieval.model.tables

MODULES = (
    retrieval.corpus.tables,
    retrieval.model.tables,
    bot.work.tables,
    bot.reminders.tables,
    bot.partners.tables,
    bot.conversations.tables,
)
