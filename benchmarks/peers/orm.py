"""(b) The usual way: FastAPI, pydantic and the SQLAlchemy ORM; documents as JSON columns of parsed values."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from benchmarks.peers.rows import rows_of
from tmf_server.model import catalog, core
from tmf_server.model.events import outbox

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
engine = create_engine(URL, pool_size=40, connect_args={"timeout": 10} if SQLITE else {})
if SQLITE:

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")


make_session = sessionmaker(engine)


class Base(DeclarativeBase):
    """The ORM's base."""


class Offering(Base):
    """An offering as an ORM entity."""

    __table__ = catalog.product_offering


class EntityRow(Base):
    """The root row."""

    __table__ = core.entity


class EventRow(Base):
    """The event of a change."""

    __table__ = outbox


class Reference(BaseModel):
    """A reference."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    id: str
    href: str | None = None
    name: str | None = None
    type: str = Field(alias="@type")


class CharacteristicUse(BaseModel):
    """A characteristic with its values."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    name: str
    description: str | None = None
    valueType: str | None = None  # noqa: N815 - the attribute's name in the document
    productSpecCharacteristicValue: list[dict[str, Any]] = []  # noqa: N815


class OfferingModel(BaseModel):
    """An offering as pydantic sees it."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    id: str | None = None
    type: str = Field(alias="@type")
    name: str
    description: str | None = None
    isBundle: bool | None = None  # noqa: N815
    isSellable: bool | None = None  # noqa: N815
    lifecycleStatus: str | None = None  # noqa: N815
    category: list[Reference] = []
    productOfferingPrice: list[Reference] = []  # noqa: N815
    channel: list[Reference] = []
    prodSpecCharValueUse: list[CharacteristicUse] = []  # noqa: N815


def session() -> Iterator[Session]:
    """One session a request."""
    with make_session() as made:
        yield made


app = FastAPI()
Db = Annotated[Session, Depends(session)]


@app.get("/productOffering/{id}", response_model_by_alias=True)
def retrieve(id: str, db: Db) -> OfferingModel:  # noqa: A002 - the path's name
    """One offering."""
    found = db.scalar(select(Offering).where(Offering.id == id))
    if found is None:
        raise HTTPException(404)
    return OfferingModel.model_validate_json(found.document)


@app.get("/productOffering", response_model_by_alias=True)
def list_offerings(db: Db, lifecycleStatus: str | None = None) -> list[OfferingModel]:  # noqa: N803
    """Twenty offerings."""
    query = select(Offering).order_by(Offering.key).limit(20)
    if lifecycleStatus:
        query = query.where(Offering.lifecycle_status == lifecycleStatus)
    return [OfferingModel.model_validate_json(one.document) for one in db.scalars(query)]


@app.post("/productOffering", status_code=201, response_model_by_alias=True)
def create(body: Annotated[OfferingModel, Body()], db: Db) -> OfferingModel:
    """Store one offering with the rows that belong to it."""
    rows = rows_of(body.model_dump_json(by_alias=True, exclude_none=True).encode())
    root = EntityRow(kind="productOffering", id=rows.id, here=True)
    db.add(root)
    db.flush()
    columns = [column.name for column in catalog.product_offering.c]
    db.add(Offering(**dict(zip(columns, (root.key, *rows.record), strict=True))))
    wanted = {id_ for *_, id_ in rows.references}
    keys = {(one.kind, one.id): one.key for one in db.scalars(select(EntityRow).where(EntityRow.id.in_(wanted)))}
    references = [
        {"owner": root.key, "path": path, "position": at, "role": role, "target": keys[kind, i]}
        for path, at, role, kind, i in rows.references
    ]
    db.execute(core.reference.insert(), references)
    names = ("path", "position", "name", "text", "number")
    values = [{"owner": root.key} | dict(zip(names, one, strict=True)) for one in rows.characteristics]
    db.execute(core.characteristic.insert(), values)
    slot = "0" if SQLITE else "pg_backend_pid() % 64"
    db.execute(
        text(
            f"INSERT INTO tally (kind, slot, number) VALUES ('productOffering', {slot}, 1) "
            "ON CONFLICT (kind, slot) DO UPDATE SET number = tally.number + 1"
        )
    )
    names = ("event_id", "kind", "record_id", "event", "time", "paths", "document")
    db.add(EventRow(**dict(zip(names, rows.event, strict=True))))
    db.commit()
    return OfferingModel.model_validate_json(rows.document)
