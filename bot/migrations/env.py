"""How Alembic runs here: on the connection and in the transaction it is handed."""

from alembic import context

import bot.partners.tables
import bot.reminders.tables
import bot.work.tables
import retrieval.tables
from retrieval.database import Base

TABLES = (retrieval.tables, bot.work.tables, bot.reminders.tables, bot.partners.tables)
"""Importing these declares every table on the Base."""

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
