"""Loudness by FFmpeg's implementation of EBU R128: not the one that the voices use."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from heygen_widget.local.voice import SAMPLE_RATE


def lufs(samples: npt.NDArray[np.int16]) -> float:
    """Return the integrated loudness of a sound at `SAMPLE_RATE`, in LUFS."""
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="s16", layout="mono", time_base=Fraction(1, SAMPLE_RATE)
    )
    with TemporaryDirectory() as folder:
        printed = Path(folder, "r128")
        meter = graph.add("ebur128", "metadata=1")
        # Older releases of PyAV do not hand out the metadata of frames.
        printer = graph.add("ametadata", f"print:key=lavfi.r128.I:file={printed}")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(printer)
        printer.link_to(sink)
        graph.configure()
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), 0
        source.push(frame)
        source.push(None)
        with suppress(av.EOFError, av.BlockingIOError):
            while True:
                sink.pull()
        del source, meter, printer, sink, graph  # which writes all of it
        return float(printed.read_text().rpartition("=")[2])


def decibels(samples: npt.NDArray[np.int16]) -> float:
    """Return the highest peak of a sound, dB of full scale."""
    return 20 * float(np.log10(np.abs(samples.astype(int)).max() / 32768))
