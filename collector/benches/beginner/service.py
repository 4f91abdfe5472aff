"""What the collector is measured against: the service that a beginner would write.

FastAPI, uvloop, asyncpg with a pool of ten, one look-up of the key and one INSERT a request;
PostgreSQL commits and syncs before the answer is given.
"""

import hashlib
import json
import os
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, ConfigDict

SCHEMA = """
CREATE TABLE IF NOT EXISTS api_keys (hash bytea PRIMARY KEY, client_id text NOT NULL);
CREATE TABLE IF NOT EXISTS workflow_logs (
    record_id uuid PRIMARY KEY, client_id text NOT NULL, ticket_id text,
    executed_at timestamptz NOT NULL, status text, category text,
    execution_time_seconds double precision, metrics jsonb, payload jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS by_time ON workflow_logs (client_id, executed_at);
CREATE INDEX IF NOT EXISTS by_ticket ON workflow_logs (client_id, ticket_id);
"""
INSERT = """
INSERT INTO workflow_logs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
"""


class Record(BaseModel):
    model_config = ConfigDict(extra="allow")

    record_id: UUID
    client_id: str
    ticket_id: str | None = None
    executed_at: datetime
    status: str | None = None
    category: str | None = None
    execution_time_seconds: float | None = None
    metrics: dict[str, float] | None = None


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10)
    async with app.state.pool.acquire() as connection:
        await connection.execute(SCHEMA)
        key = hashlib.sha256(os.environ["API_KEY"].encode()).digest()
        await connection.execute(
            "INSERT INTO api_keys VALUES ($1, 'demo') ON CONFLICT DO NOTHING", key
        )
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/logs")
async def store(record: Record, response: Response, x_api_key: str = Header()):
    async with app.state.pool.acquire() as connection:
        client = await connection.fetchval(
            "SELECT client_id FROM api_keys WHERE hash = $1",
            hashlib.sha256(x_api_key.encode()).digest(),
        )
        if client is None or client != record.client_id:
            raise HTTPException(401)
        await connection.execute(
            INSERT,
            record.record_id,
            client,
            record.ticket_id,
            record.executed_at,
            record.status,
            record.category,
            record.execution_time_seconds,
            json.dumps(record.metrics),
            record.model_dump_json(),
        )
    return {"accepted": 1, "duplicates": 0, "rejected": []}
