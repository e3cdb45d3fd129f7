"""The console: a process of its own, so that its toolkit weighs on nothing else."""
