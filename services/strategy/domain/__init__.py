"""The decisions of strategy, pure: state and fact in, state, events and timeline entries out."""
