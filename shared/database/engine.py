"""The database engine, the same for every service: asyncpg, one schema, no personal data in errors."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def create_engine(url: str, *, schema: str, application: str, pool_size: int = 5) -> AsyncEngine:
    """An engine whose connections see only `schema`.

    `hide_parameters` keeps bound values, which may be personal data, out of exceptions and logs.
    """
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=20,
        pool_pre_ping=False,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {
                "search_path": schema,
                "application_name": application,
                "timezone": "UTC",
                "jit": "off",
                "idle_in_transaction_session_timeout": "60000",
            },
        },
    )
