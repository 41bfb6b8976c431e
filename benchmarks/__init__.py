"""The figures of docs/benchmarks.md, each measured beside its peer: `python -m benchmarks`, `python -m benchmarks.soak`."""
