"""The front door: the command `kb`. Wires all; nobody imports it."""
