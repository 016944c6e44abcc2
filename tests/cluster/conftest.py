"""A real PostgreSQL for these tests, and a place for a town."""

from tests.postgres import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]
