"""The widgets: thin ports of an avatar to a notebook. All that may import anywidget or IPython."""
