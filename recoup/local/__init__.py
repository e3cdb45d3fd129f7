"""Real components on one machine: PostgreSQL, a broker, and the processes of the platform."""
