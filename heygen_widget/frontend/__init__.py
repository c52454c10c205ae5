"""The wire to the browser: typed messages, what is shown of a session, and the built scripts."""
