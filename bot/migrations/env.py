"""How Alembic runs here: on the connection and in the transaction it is handed."""

from alembic import context

import bot.tables
from retrieval.database import Base

TABLES = bot.tables.MODULES

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
