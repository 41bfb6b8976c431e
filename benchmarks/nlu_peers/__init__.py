"""The language pipeline beside its peers; see measure.py and docs/nlu.md."""
