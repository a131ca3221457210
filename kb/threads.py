"""How many threads numpy's products take."""

from __future__ import annotations

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def steady_products() -> None:
    """One thread for numpy's matrix products, from here on in this process.

    Those of a question are small, and server threads compute them side by side. With a thread a core each, they wait
    for one another whenever the machine is busy: 6 s were seen for 0.08 s of work. Models keep their own threads.
    """
    ThreadpoolController().select(prefix="libscipy_openblas").limit(limits=1)
