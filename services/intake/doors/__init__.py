"""The doors beside Kafka: events by HTTP and files, applied by the same handler as the bank's topic."""
