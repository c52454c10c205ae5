"""What a real kernel can say of where it runs, before any page has spoken."""

from tests.kernel.notebook import Kernel

LOOK = """
import os
os.environ.clear()  # whoever runs the tests may do so in a host
from heygen_widget import diagnose
found = diagnose().findings
print(found["kernel"], "|", found["host"])
"""


def test_a_kernel_guesses_its_host_from_what_the_host_leaves_in_it(kernel: Kernel) -> None:
    assert kernel.run(LOOK) == "ipykernel | Jupyter (guessed: no page has reported)"
    vs_code = "__vsc_ipynb_file__ = 'talk.ipynb'"
    assert kernel.run(vs_code + LOOK) == "ipykernel | VS Code (guessed: no page has reported)"
