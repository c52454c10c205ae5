"""An avatar without its widget: what its pages are told, who waits for it, whom it calls back."""
