"""``python -m heygen_widget`` is the command ``heygen-widget``."""

import sys

from heygen_widget.cli import main

sys.exit(main())
