"""A province's load on PostgreSQL: the sustained maximum against bare procrastinate, and a day."""
