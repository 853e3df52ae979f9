# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether what a graph computes is of the kind that model.yaml says: `output`.

Nothing in a graph tells scores from shares for sure, and taking one for the other gives masks that
look right with a confidence that means nothing.
"""

from __future__ import annotations

import numpy as np

from attendseg_ros.errors import BundleError
from attendseg_ros.inference.bundle import DESCRIPTION_FILE, Bundle
from attendseg_ros.inference.engine import Logits

_TOLERANCE = 0.02
"""What arithmetic in 8 and 16 bits is off."""


def check_kind(result: Logits, bundle: Bundle) -> None:
    """Holds the result of an image, of any, against what model.yaml says that it is.

    Args:
        result: float32 (C, h, w).
        bundle: of the graph.

    Raises:
        BundleError: it is of another kind. Of what is not finite nothing is said.
    """
    if not np.isfinite(result).all():
        return
    least, most = float(result.min()), float(result.max())
    are_shares = least >= -_TOLERANCE and most <= 1.0 + _TOLERANCE
    right = ""
    if bundle.output == "probabilities" and not are_shares:
        right = f"values from {least:.3g} to {most:.3g}: write 'logits'"
    elif bundle.output == "logits" and are_shares and len(result) > 1 and _add_up(result):
        right = "shares that add up to 1 in every pixel: write 'probabilities'"
    elif bundle.output == "class_ids" and not np.array_equal(result, np.rint(result)):
        right = f"numbers that are not whole, from {least:.3g} to {most:.3g}"
    if right:
        raise BundleError(
            f"{bundle.path / DESCRIPTION_FILE}: output is '{bundle.output}', and the graph gives "
            f"{right}"
        )


def _add_up(result: Logits) -> bool:
    return bool(np.allclose(result.sum(axis=0), 1.0, atol=_TOLERANCE))
