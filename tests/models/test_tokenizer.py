"""The site reads the tokenizer through the `tokenizers` library alone; transformers must agree with it."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from models.infer import READERS, WEIGHTS

TEXTS = [
    "The agency shall answer within seven days.",
    "機關應於七日內回覆，並公開理由。",
    "混用 English 與中文 😀 https://example.org",
    "",
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", TEXTS)
def test_transformers_reads_the_same_pieces(text: str, reader: str) -> None:
    file = str(WEIGHTS / reader / "tokenizer.json")
    ours = Tokenizer.from_file(file).encode(text, add_special_tokens=False).ids
    theirs = PreTrainedTokenizerFast(tokenizer_file=file)(text, add_special_tokens=False)["input_ids"]
    assert ours == theirs
