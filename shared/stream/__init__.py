"""The runtime: consume, decide and save in one transaction, relay; timers; dead letters.

A service gives it a `Consumer`: topics, a handler, a timer handler. A handler is a plain function
`(batch, work)`: it loads through `work.connection`, decides, saves, and says `work.emit(...)`. It never
commits and never calls Kafka; positions, dead letters, produced events and timers are the runtime's and
commit together with the handler's effects.
"""
