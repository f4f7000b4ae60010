"""A transformers model small enough to be made on the spot, in which one known word decides one output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

WORDS = "i think this article is fine you idiot buy now a b".split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
POSITIONS = 34  # windows of 32 tokens: two are left for models that number from two on
WIDTH = 16
DECIDING = {"idiot": "toxic", "buy": "advert"}


def make_model(
    folder: Path,
    *,
    outputs: Sequence[str] = ("clean", "toxic", "advert"),
    deciding: Mapping[str, str] = DECIDING,
    problem_type: str | None = "multi_label_classification",
    seed: int = 0,
) -> Path:
    """Write a BERT of one layer with a word-level tokenizer: `deciding` says which word lifts which output.

    All words are zero but those: each lights place 0, which attention looks for, and a place of its own, which its
    output reads where attention has carried it, at [CLS]. What stays random, by `seed`, is met by zeros.
    """
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=WIDTH,
        max_position_embeddings=POSITIONS,
        id2label=dict(enumerate(outputs)),
        label2id={name: number for number, name in enumerate(outputs)},
        problem_type=problem_type,
    )
    model = BertForSequenceClassification(config)
    embeddings, layer = model.bert.embeddings, model.bert.encoder.layer[0]
    attention, classifier = layer.attention, model.classifier
    with torch.no_grad():
        for part in (
            embeddings.word_embeddings,
            embeddings.position_embeddings,
            embeddings.token_type_embeddings,
            attention.self.query,
            attention.self.key,
            layer.output.dense,
            classifier,
        ):
            part.weight.zero_()
        for same in (attention.self.value, attention.output.dense, model.bert.pooler.dense):
            same.weight.copy_(torch.eye(WIDTH))
        attention.self.query.bias[0] = 40.0
        attention.self.key.weight[0, 0] = 1.0
        classifier.bias.fill_(-3.0)
        for place, (word, output) in enumerate(deciding.items(), start=1):
            embeddings.word_embeddings.weight[vocabulary[word], [0, place]] = 4.0
            classifier.weight[list(outputs).index(output), place] = 9.0
    model.save_pretrained(folder)
    return folder


def rename_outputs(folder: Path, names: Sequence[str]) -> None:
    """Give the outputs of a saved model other names."""
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = dict(enumerate(names))
    config["label2id"] = {name: number for number, name in enumerate(names)}
    (folder / "config.json").write_text(json.dumps(config))
