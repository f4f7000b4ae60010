"""The civility model of Draftroom: scores a post for personal attack and for spam, in Chinese and English.

Stands alone: imports neither Django nor any other package of this project. At run time it needs numpy,
onnxruntime and tokenizers; training needs requirements-train.txt. What it can and cannot do: MODEL_CARD.md.
"""
