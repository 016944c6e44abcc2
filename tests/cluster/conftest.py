"""A real PostgreSQL for these tests, and a place for a set of machines."""

from tests.postgres import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]
