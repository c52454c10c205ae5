"""An avatar without its widget: messages to its pages, waiting, and callbacks."""
