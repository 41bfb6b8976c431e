"""What an article says about a sum or a day, reckoned with its working shown (pure).

Each calculator is a function of one frozen dataclass and returns a `Working`. All sums are exact (`Fraction`
inside, yuan as `Decimal` outside, rounded to the fen at the end). No words: the keys are worded in data/responses.
"""
