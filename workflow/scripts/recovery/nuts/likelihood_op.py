"""The likelihood of `statistics` as one PyTensor operation with its gradient."""

from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph import Apply, Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

from recovery.kernels.compilation import cache_folder, generated
from recovery.kernels.gradient import log_likelihood


class MarginalLogLikelihood(Op):
    """log p(y | beta, sigma, sds, correlations), the subjects' effects integrated out.

    Its inputs are ``totals`` and ``patterns`` of `Statistics` and a vector: the p fixed effects,
    sigma, the q standard deviations and the correlations (row by row below the diagonal). Its
    outputs are the log likelihood and its gradient by the vector.
    """

    __props__: ClassVar[tuple[str, ...]] = ("p", "q")

    def __init__(self, p: int, q: int) -> None:
        self.p, self.q = p, q

    def make_node(self, *inputs: Any) -> Apply:
        """Apply the operation to totals, patterns and vector."""
        return Apply(self, list(map(pt.as_tensor, inputs)), [pt.dscalar(), pt.dvector()])

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        """Evaluate it with NumPy arrays."""
        found = log_likelihood(self.p, self.q)(*inputs)
        output_storage[0][0], output_storage[1][0] = np.asarray(found[0]), found[1:]

    def connection_pattern(self, node: Any) -> list[list[bool]]:
        """Only the log likelihood has a gradient, and only by the vector."""
        return [[False, False], [False, False], [True, False]]

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """The gradient by the vector."""
        return [disconnected_type(), disconnected_type(), cotangents[0] * outputs[1]]


@register_funcify_default_op_cache_key(MarginalLogLikelihood)
def _compiled(op: MarginalLogLikelihood, node: Apply, **_: Any) -> Any:
    evaluate = log_likelihood(op.p, op.q)

    @generated
    def both(totals, patterns, vector):
        found = evaluate(totals, patterns, vector)
        return np.asarray(found[0]), found[1:]

    # PyTensor keeps compiled code on disk by this number, too: that of the code it is made of
    return both, int(cache_folder().name.rpartition("-")[2], 16)
