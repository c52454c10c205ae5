"""How long `speak()` blocks a cell while the avatar speaks."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.rows import Row
from benchmarks.stage import Stage, avatar_server

TIMES = 1000

# In an interpreter of its own, as in a kernel. A session holds an hour of speech: one is not enough
# for a thousand sentences, but for a thousand words it is.
PROGRAM = """
import json, sys, time
from heygen_widget import Avatar, HeyGen
avatar = Avatar(client=HeyGen(*sys.argv[1:3]))
avatar.speak("Good morning.")
avatar.wait("streaming", timeout=60)
taken = []
for number in range(int(sys.argv[3])):
    began = time.perf_counter()
    avatar.speak("Hello.")
    taken.append(time.perf_counter() - began)
    time.sleep(0.01)
print(json.dumps(taken))
"""


def measure(_: Stage) -> Iterator[Row]:
    """Measure in a session that streams."""
    with avatar_server() as server:
        answer = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.api_key, server.base_url, str(TIMES)],
            capture_output=True,
            text=True,
            check=True,
        )
    taken = [1000 * seconds for seconds in json.loads(answer.stdout)]
    yield Row(measure='speak("…") returns to the cell', values=taken, unit="ms", limit=2)
    slow = statistics.quantiles(taken, n=20)[-1]
    yield Row(measure="  19 of 20 times within", values=[slow], unit="ms")
