"""GRPO with TRL, paid by the study's reward: accelerate launch --config_file accelerate.yaml train_grpo.py"""

from collections import Counter

from policy import arguments, load_policy, rows, save
from reward import consistency_reward, read_settings, load_encoder


def whole_questions(prompts: list[dict]) -> tuple[list[dict], int]:
    """The questions with the commonest number of wordings, and that number: batches are cut after so many prompts."""
    counts = Counter(row["question_id"] for row in prompts)
    wordings = Counter(counts.values()).most_common(1)[0][0]
    kept = [row for row in prompts if counts[row["question_id"]] == wordings]
    left_out = sum(count != wordings for count in counts.values())
    if left_out:
        print(f"{left_out} questions are left out: they do not have {wordings} wordings")
    return kept, wordings


def main() -> None:
    settings = read_settings()
    parser = arguments(__doc__)
    parser.add_argument("--encoder", default=settings["encoder"], help="what pays the answers: a sentence-transformers model, or FILE.py:FUNCTION")
    parser.add_argument("--questions-per-device", type=int, default=1, help="questions in a device's batch")
    args = parser.parse_args()
    prompts, wordings = whole_questions(rows("grpo"))

    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    model, tokenizer = load_policy(args)
    config = settings["grpo"]
    # The reward sees a device's batch alone and compares wordings, so the batch holds whole questions, in their order.
    batch = args.questions_per_device * wordings * config["num_generations"]
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=consistency_reward(load_encoder(args.encoder)),
        args=GRPOConfig(
            output_dir=args.out,
            max_steps=args.max_steps,
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=1,
            shuffle_dataset=False,
            **config,
        ),
        train_dataset=Dataset.from_list(prompts),
        processing_class=tokenizer,
    )
    trainer.train()
    save(trainer, args)


if __name__ == "__main__":
    main()
