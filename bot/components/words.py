"""Chinese words by jieba over the plain spelling, each with its place in the typed text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components import normaliser


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class Words(JiebaTokenizer):
    """Rasa's JiebaTokenizer over the plain spelling; trains again when a dictionary changes.

    A token's text is the plain word, its start and end are those of the typed one (pitfall: an entity
    whose span is not made of whole tokens is dropped).
    """

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The dictionaries' contents: the stock class only knows their path."""
        folder = config.get("dictionary_path")
        files = sorted(str(path) for path in Path(folder).glob("*")) if folder else []
        return normaliser.source_fingerprint(__file__, normaliser.__file__, *files)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words of the message, without blanks; other attributes as the stock class does it."""
        if attribute != TEXT:
            return super().tokenize(message, attribute)
        plain = normaliser.of_message(message)
        tokens = []
        for word, start, end in jieba.tokenize(plain.text):
            if word.strip():
                first, last = plain.typed_span(start, end)
                tokens.append(Token(word, first, last))
        return tokens
