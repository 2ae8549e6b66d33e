"""Run by Alembic with a connection that portal.runtime.schema has opened and locked."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, TypeDecorator

from portal.migrations.models import compared, metadata


def as_stored(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """A revision names the plain column type: it must still run when our own types have moved on."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, JSON) and item._variant_mapping:
        autogenerate.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
    render_item=as_stored,
    include_object=compared,
)
with context.begin_transaction():
    context.run_migrations()
