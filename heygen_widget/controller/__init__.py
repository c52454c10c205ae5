"""An avatar without its widget: sessions, pages, waiting and callbacks."""
