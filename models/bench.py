"""What a score costs: latency, start and memory, beside a network of DistilBERT-multilingual's size in one run.

That network has random weights and runs in ONNX Runtime as float32, on the same thread and 64 tokens. Making it
needs `onnx` (requirements-dev.txt); without it only the shipped model is measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.infer import Classifier

TOKENS = 64
ROUNDS = 60
ENGLISH = (
    "The second paragraph of Article 12 asks every platform to keep the record for five years, and I do not see "
    "why a small shop with two couriers should pay for that. Please ask the ministry to explain the costs, "
    "and to tell us who would inspect such a record after the first year of the rule."
)
CHINESE = (
    "第十二條第二項要求所有平台保存紀錄五年,我不懂為什麼只有兩位外送員的小店也要負擔這個成本。"
    "請主管機關說明費用,並告訴我們第一年之後由誰來稽查這些紀錄,以及罰鍰的上限為什麼比照大型業者。謝謝。"
)

_START = """
import resource, sys, time
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
before, began = resident(), time.perf_counter()
from pathlib import Path
from models.infer import Classifier
Classifier.load(Path(sys.argv[1])).score("一個字 and a word")
print(time.perf_counter() - began, resident() - before)
"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the median and the slowest twentieth of one-post scores, one thread."""

    median: float
    p95: float


def command(*, weights: Path) -> int:
    """Print what the shipped model costs, and how many times faster it is than the comparison network."""
    classifier = Classifier.load(weights, threads=1)
    mine = {name: measure(lambda text=text: classifier.score(text)) for name, text in posts().items()}  # type: ignore[misc]
    for name, cost in mine.items():
        print(f"{name:34}{cost.median:8.1f} ms median{cost.p95:8.1f} ms p95")
    seconds, megabytes = start(weights)
    print(f"{'start to first score':34}{seconds:8.2f} s")
    print(f"{'resident memory it adds':34}{megabytes:8.0f} MB")
    other = comparison()
    if other is None:
        print("comparison skipped: the package onnx is not installed")
        return 0
    cost = measure(other)
    ratio = cost.median / mine["English, 64 tokens"].median
    print(f"{'DistilBERT-multilingual size, fp32':34}{cost.median:8.1f} ms median: {ratio:.1f} times as long")
    return 0


def posts() -> dict[str, str]:
    """Return the texts measured: 64 tokens in each language, and the longest post."""
    return {
        "English, 64 tokens": ENGLISH,
        "Chinese, 64 tokens": CHINESE,
        "longest post, 10,000 characters": (ENGLISH + " ") * (10_000 // len(ENGLISH)),
    }


def measure(call: Callable[[], object]) -> Cost:
    """Return what `call` costs over ROUNDS calls after three to warm up (fewer where it takes long)."""
    times: list[float] = []
    for turn in range(ROUNDS + 3):
        began = time.perf_counter()
        call()
        if turn >= 3:
            times.append(1000 * (time.perf_counter() - began))
        if sum(times) > 6_000:
            break
    return Cost(statistics.median(times), sorted(times)[int(0.95 * (len(times) - 1))])


def start(weights: Path) -> tuple[float, float]:
    """Return seconds from nothing imported to the first score, and the resident memory added, in MB."""
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(
        [sys.executable, "-c", _START, str(weights.resolve())],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = told.stdout.split()
    return float(seconds), float(megabytes)


def comparison() -> Callable[[], object] | None:
    """Return a call of a random network of 6 layers of 768 over 120,000 words, or None without `onnx`."""
    try:
        import onnx
    except ImportError:
        return None
    import onnxruntime

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "random.onnx"
        onnx.save_model(_random_transformer(onnx, width=768, layers=6, words=119_547), str(path))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(0).integers(0, 119_547, (TOKENS,), dtype=np.int64)
    return lambda: session.run(None, {"ids": ids})


def _random_transformer(onnx: Any, *, width: int, layers: int, words: int) -> Any:
    """Build a post-norm transformer over one text of TOKENS tokens; 12 heads, inner width four times the outer."""
    chance = np.random.default_rng(0)
    nodes: list[Any] = []
    weights: list[Any] = []

    def constant(name: str, values: Any) -> str:
        weights.append(onnx.numpy_helper.from_array(values, name))
        return name

    def random(name: str, *shape: int) -> str:
        return constant(name, (chance.standard_normal(shape, dtype=np.float32) * 0.02))

    def node(kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        nodes.append(onnx.helper.make_node(kind, inputs, [name], **attributes))
        return name

    def dense(source: str, name: str, size_in: int, size_out: int) -> str:
        product = node("MatMul", [source, random(f"{name}.w", size_in, size_out)], f"{name}.product")
        return node("Add", [product, random(f"{name}.b", size_out)], name)

    def normed(source: str, name: str) -> str:
        one, zero = np.ones(width, dtype=np.float32), np.zeros(width, dtype=np.float32)
        inputs = [source, constant(f"{name}.scale", one), constant(f"{name}.shift", zero)]
        return node("LayerNormalization", inputs, name, axis=-1)

    heads = constant("heads", np.array([TOKENS, 12, width // 12], dtype=np.int64))
    flat = constant("flat", np.array([TOKENS, width], dtype=np.int64))
    root = constant("root", np.array((width // 12) ** -0.5, dtype=np.float32))
    half, one = (
        constant("half", np.array(0.5, dtype=np.float32)),
        constant("one", np.array(1, dtype=np.float32)),
    )
    slope = constant("slope", np.array(2**-0.5, dtype=np.float32))
    state = normed(node("Gather", [random("words", words, width), "ids"], "looked_up"), "embedded")
    for i in range(layers):
        parts = []
        for part, order in (("q", [1, 0, 2]), ("k", [1, 2, 0]), ("v", [1, 0, 2])):
            split = node("Reshape", [dense(state, f"{i}.{part}", width, width), heads], f"{i}.{part}.heads")
            parts.append(node("Transpose", [split], f"{i}.{part}.turned", perm=order))
        raw = node("Mul", [node("MatMul", parts[:2], f"{i}.raw"), root], f"{i}.scaled")
        mixed = node("MatMul", [node("Softmax", [raw], f"{i}.soft", axis=-1), parts[2]], f"{i}.mixed")
        joined = node(
            "Reshape", [node("Transpose", [mixed], f"{i}.back", perm=[1, 0, 2]), flat], f"{i}.joined"
        )
        added = node("Add", [state, dense(joined, f"{i}.o", width, width)], f"{i}.added")
        state = normed(added, f"{i}.attended")
        inner = dense(state, f"{i}.inner", width, 4 * width)
        erf = node("Add", [node("Erf", [node("Mul", [inner, slope], f"{i}.m")], f"{i}.e"), one], f"{i}.e1")
        active = node("Mul", [node("Mul", [inner, half], f"{i}.h"), erf], f"{i}.gelu")
        state = normed(
            node("Add", [state, dense(active, f"{i}.outer", 4 * width, width)], f"{i}.sum"), f"{i}.out"
        )
    graph = onnx.helper.make_graph(
        nodes,
        "random",
        [onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, [TOKENS])],
        [onnx.helper.make_tensor_value_info(state, onnx.TensorProto.FLOAT, [TOKENS, width])],
        weights,
    )
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
