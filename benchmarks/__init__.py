"""Benchmarks: ``python -m benchmarks``. Figures are CPU times and ratios within one run."""
