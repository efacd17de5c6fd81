"""Importing this declares every table there is: whoever creates, migrates or copies a database starts here."""

import bot.partners.tables
import bot.reminders.tables
import bot.work.tables
import retrieval.model.tables
import retrieval.tables

MODULES = (retrieval.tables, retrieval.model.tables, bot.work.tables, bot.reminders.tables, bot.partners.tables)
