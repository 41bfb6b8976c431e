"""A complaint form as a beginner writes it in plain Rasa: the peer of `make eval-filing`."""
