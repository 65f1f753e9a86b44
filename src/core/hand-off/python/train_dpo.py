"""DPO with TRL on the study's preference pairs: accelerate launch --config_file accelerate.yaml train_dpo.py"""

from policy import arguments, load_policy, rows, save
from reward import consistency_reward, rank_pairs, read_settings, load_encoder, trim_answer


def ranked(encoder, settings) -> list[dict]:
    """Pairs from the target's own answers to the training questions, ranked by the study's reward."""
    reward = consistency_reward(encoder)
    found = []
    answers = [row for row in rows("answers") if trim_answer(row["target"])]
    for question in dict.fromkeys(row["question_id"] for row in answers):
        own = [row for row in answers if row["question_id"] == question]
        wordings = [row["wording"] for row in own]
        if len(set(wordings)) < 3:
            continue
        columns = {name: [row[name] for row in own] for name in ("question_id", "wording", "aligned_kept")}
        scores = reward(
            prompts=[row["prompt"] for row in own],
            completions=[row["target"] for row in own],
            question_id=columns["question_id"],
            wording=columns["wording"],
            aligned=columns["aligned_kept"],
        )
        for chosen, rejected in rank_pairs(wordings, scores, settings["minimum_margin"], "question"):
            pair = {"prompt": own[rejected]["prompt"], "source": "ranked"}
            found.append(pair | {"chosen": " " + own[chosen]["target"], "rejected": " " + own[rejected]["target"]})
    return found


def main() -> None:
    settings = read_settings()
    parser = arguments(__doc__)
    parser.add_argument(
        "--pairs",
        nargs="+",
        choices=["feedback", "selection", "ranked"],
        default=["feedback", "selection"],
        help="feedback: where the target scored higher; selection: where the aligned model did; ranked: by the reward",
    )
    parser.add_argument("--encoder", default=settings["encoder"], help="for ranked pairs: a sentence-transformers model, or FILE.py:FUNCTION")
    args = parser.parse_args()
    if settings["dpo_label_smoothing"] > 0:
        raise SystemExit(
            f"the study has labelSmoothing {settings['dpo_label_smoothing']}, and TRL's sigmoid loss has none. Set "
            "dpo_label_smoothing to 0 in settings.json to train without it."
        )
    pairs = [row for row in rows("dpo") if row["source"] in args.pairs]
    if "ranked" in args.pairs:
        pairs += ranked(load_encoder(args.encoder), settings)
    if not pairs:
        raise SystemExit(f"there are no pairs of {' or '.join(args.pairs)} here; choose other --pairs")

    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    model, tokenizer = load_policy(args)
    columns = [{key: pair[key] for key in ("prompt", "chosen", "rejected")} for pair in pairs]
    trainer = DPOTrainer(
        model=model,
        args=DPOConfig(output_dir=args.out, max_steps=args.max_steps, **settings["dpo"]),
        train_dataset=Dataset.from_list(columns),
        processing_class=tokenizer,
    )
    trainer.train()
    save(trainer, args)


if __name__ == "__main__":
    main()
