"""Seeded generators that fill real legacy schemas with invented people, for tests and benchmarks."""
