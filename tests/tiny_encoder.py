"""A tiny real sentence-transformers model, made on the spot: BERT with two layers of 32 numbers, random weights."""

from __future__ import annotations

import string
from pathlib import Path

TINY_DIMENSION = 32
TINY_TOKENS = 48

_WORDS = "the a of to and in is my i card money bank pay payment transfer account cat dog moon how why when not top up"


def tiny_model_folder(folder: Path, *, seed: int = 0, prompts: dict[str, str] | None = None) -> Path:
    """Write the model to ``folder`` (created) and return it. Same seed, same weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tqdm import tqdm
    from transformers import BertConfig, BertModel, BertTokenizerFast

    tqdm.monitor_interval = 0  # its progress bars would leave a thread behind
    source = folder.with_name(f"{folder.name}-source")
    source.mkdir(parents=True)
    letters = string.ascii_lowercase + string.digits + string.punctuation
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_WORDS.split(), *letters, *(f"##{c}" for c in letters)]
    unique = list(dict.fromkeys(vocabulary))
    (source / "vocab.txt").write_text("\n".join(unique) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab=str(source / "vocab.txt"), model_max_length=TINY_TOKENS)
    config = BertConfig(
        vocab_size=len(unique),
        hidden_size=TINY_DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=TINY_TOKENS,
        initializer_range=0.3,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(source)
    tokenizer.save_pretrained(source)
    transformer = Transformer(str(source), max_seq_length=TINY_TOKENS)
    modules = [transformer, Pooling(TINY_DIMENSION), Normalize()]
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts or {}).save(str(folder), create_model_card=False)
    return folder
