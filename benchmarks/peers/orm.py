"""(b) The usual way: FastAPI, pydantic and the SQLAlchemy ORM; documents as JSON columns of parsed values."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from benchmarks.nouns import Target
from benchmarks.peers import sql
from benchmarks.peers.models import MODELS
from benchmarks.peers.pragmas import PRAGMAS
from benchmarks.peers.rows import NOUN, Rows, rows_of
from tmf_server.apis.tables import metadata
from tmf_server.model import core
from tmf_server.model.events import outbox

if TYPE_CHECKING:
    Model = BaseModel
else:
    Model = MODELS[NOUN.name]

REFERENCE_COLUMNS = ("path", "position", "role", "target")
VALUE_COLUMNS = ("path", "position", "name", "text", "number")

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
engine = create_engine(URL, pool_size=40, connect_args={"timeout": 10} if SQLITE else {})
if SQLITE:

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)


make_session = sessionmaker(engine)


class Base(DeclarativeBase):
    """The ORM's base."""


class Record(Base):
    """A record as an ORM entity."""

    __table__ = metadata.tables[NOUN.table]


class EntityRow(Base):
    """The root row."""

    __table__ = core.entity


class EventRow(Base):
    """The event of a change."""

    __table__ = outbox


def session() -> Iterator[Session]:
    """One session a request."""
    with make_session() as made:
        yield made


app = FastAPI()
Db = Annotated[Session, Depends(session)]


@app.get(f"/{NOUN.name}/{{id}}", response_model_by_alias=True)
def retrieve(id: str, db: Db) -> Model:  # noqa: A002 - the path's name
    """One record."""
    found = db.scalar(select(Record).where(Record.id == id))
    if found is None:
        raise HTTPException(404)
    return Model.model_validate_json(found.document)


@app.get(f"/{NOUN.name}", response_model_by_alias=True)
def list_records(db: Db, wanted: Annotated[str | None, Query(alias=NOUN.filter.parameter)] = None) -> list[Model]:
    """Twenty records."""
    query = select(Record).order_by(Record.key).limit(20)
    if wanted:
        query = query.where(getattr(Record, NOUN.filter.column) == wanted)
    return [Model.model_validate_json(one.document) for one in db.scalars(query)]


@app.post(f"/{NOUN.name}", status_code=201, response_model_by_alias=True)
def create(body: Annotated[Model, Body()], db: Db) -> Model:
    """Store one record with the rows that belong to it."""
    rows = rows_of(body.model_dump_json(by_alias=True, exclude_none=True).encode())
    root = EntityRow(kind=NOUN.name, id=rows.id, here=True)
    db.add(root)
    db.flush()
    db.add(Record(key=root.key, **dict(zip(NOUN.columns, rows.record, strict=True))))
    _add_rows(db, root.key, rows)
    db.execute(text(sql.tally(sqlite=SQLITE)))
    db.add(EventRow(**dict(zip(sql.EVENT_COLUMNS, rows.event, strict=True))))
    db.commit()
    return Model.model_validate_json(rows.document)


def _add_rows(db: Session, key: int, rows: Rows) -> None:
    wanted = {target.id for target in rows.targets()}
    found = db.scalars(select(EntityRow).where(EntityRow.id.in_(wanted)))
    keys = {Target(one.kind, one.id): one.key for one in found}
    tables = [core.reference, core.characteristic, *(metadata.tables[child.table] for child in NOUN.children)]
    columns = [REFERENCE_COLUMNS, VALUE_COLUMNS, *(child.columns for child in NOUN.children)]
    references = [(*rest, keys[target]) for *rest, target in rows.references]
    children = [
        [[keys[one] if isinstance(one, Target) else one for one in row] for row in child] for child in rows.children
    ]
    for table, names, values in zip(tables, columns, (references, rows.characteristics, *children), strict=True):
        if values:
            db.execute(table.insert(), [{"owner": key} | dict(zip(names, one, strict=True)) for one in values])
