"""Batches: the replicates that one job handles."""


def batches(replicates: int, batch_size: int) -> list[str]:
    """Split replicates 1..n into batches named by their range, e.g. ``1-20``.

    The name alone determines what a batch holds, so another batch size or more replicates never
    change the content of an existing file.
    """
    return [
        f"{first}-{min(first + batch_size - 1, replicates)}"
        for first in range(1, replicates + 1, batch_size)
    ]


def batch_replicates(batch: str) -> range:
    """The replicate numbers of a batch named by `batches`."""
    first, last = (int(part) for part in batch.split("-"))
    return range(first, last + 1)
