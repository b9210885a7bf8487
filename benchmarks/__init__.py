"""What ecocomp costs beside a plain script on the same inputs: ``python -m benchmarks``."""
