"""`python -m app stages`: the stages of the process, in the order of the model."""

import argparse
import json
import sys

from app.problems import Problem
from config.model import ModelError, load_model


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `stages` wants: nothing of its own."""


def run(args: argparse.Namespace) -> None:
    """List the stages; with --json as one array of objects."""
    try:
        model = load_model()
    except ModelError as error:
        raise Problem(str(error).replace("\n", "; ")) from None
    stages = [
        {
            "id": stage.id,
            "order": stage.order,
            "tracks": list(stage.tracks),
            "extension": stage.is_extension,
            "en": stage.label.en,
            "ko": stage.label.ko,
            "zh": stage.label.zh,
        }
        for stage in sorted(model.stages, key=lambda stage: stage.order)
    ]
    if args.json:
        sys.stdout.write(json.dumps(stages, ensure_ascii=False) + "\n")
        return
    for stage in stages:
        sys.stdout.write(f"{stage['order']:>5}  {stage['id']:<32} {stage['en']}\n")
