"""What both trainings start from: the base model with the study's adapter on it, and the rows of a file in data/."""

import argparse
import json
from pathlib import Path

from reward import FOLDER, read_settings


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    model = read_settings()["model"]
    parser.add_argument("--model", default=model["name"], required=model["name"] is None, help="hub name or folder")
    parser.add_argument("--revision", default=model["revision"], help="the hub's revision")
    parser.add_argument("--adapter", default=str(FOLDER / "adapter"), help="the LoRA adapter to go on with")
    parser.add_argument("--max-steps", type=int, default=-1, help="end after so many steps; -1 trains to the end")
    parser.add_argument("--out", default="out", help="where checkpoints and the trained adapter go")
    return parser


def load_policy(args):
    """The policy in float32 and its tokenizer. TRL copies the adapter as it is loaded and takes that as the reference."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    at = {} if args.revision is None or Path(args.model).exists() else {"revision": args.revision}
    tokenizer = AutoTokenizer.from_pretrained(args.model, **at)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype="float32", **at)
    return PeftModel.from_pretrained(model, args.adapter, is_trainable=True), tokenizer


def rows(name: str) -> list[dict]:
    with open(FOLDER / "data" / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def save(trainer, args) -> None:
    """The adapter alone, in the two files that Steadfast reads."""
    folder = Path(args.out) / "adapter"
    if trainer.accelerator.is_main_process:
        model = trainer.accelerator.unwrap_model(trainer.model)
        model.save_pretrained(folder, selected_adapters=["default"])
        print(f"adapter: {folder}")
