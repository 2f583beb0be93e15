"""Compiled models as files: compile once a study, sample in any number of processes.

Compiling a model takes tens of times as long as fitting a data set, and numba's own cache does not
cover the outer functions that nutpie builds. Worse, those functions come out differently in the
last bit when the inner ones are read from that cache, so that one seed gives different draws on
a fresh and on a used machine. Here a model is compiled by a process of its own without that
cache, its machine code is kept, and all fits run that same code.

The code is made for one processor type. A process on another one, or with other versions of
numba or nutpie, stops with `OtherMachineError` instead of running it.
"""

import gc
import os
import pickle
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import numpy as np

if TYPE_CHECKING:
    import pymc as pm
    from nutpie.compile_pymc import CompiledPyMCModel
from recovery.files import reading, written_whole
from recovery.parameters import PARAMETERS

KEPT = (*PARAMETERS, "u0", "u1")


class SharedData(NamedTuple):
    """A ``pm.Data`` of the model: what nutpie asks of a PyTensor shared variable."""

    name: str
    ndim: int


@dataclass(frozen=True)
class ModelFile:
    """All that is needed to sample a compiled model, picklable.

    Attributes
    ----------
    machine : tuple
        Processor and versions that the code was made for.
    logp, expand : tuple
        Machine code and entry symbol of the log density with gradient, and of the map from the
        unconstrained point to the variables.
    start : ndarray
        Unconstrained starting point, before jitter.
    data : dict
        Name -> template value of every ``pm.Data``, in the code's order.
    layout : dict
        nutpie's description of the variables (names, shapes, dims, coords).
    """

    machine: tuple
    logp: tuple
    expand: tuple
    start: np.ndarray
    data: dict[str, np.ndarray]
    layout: dict[str, Any]


class OtherMachineError(RuntimeError):
    """A model file was made for another processor or other versions."""


def ignore_compile_cache() -> None:
    """Let PyTensor neither read nor write its cache of compiled code; call before its import.

    Also switches off the C compiler, which nothing here needs.
    """
    given = os.environ.get("PYTENSOR_FLAGS")
    flags = [*([given] if given else []), "numba__cache=False", "cxx="]
    os.environ["PYTENSOR_FLAGS"] = ",".join(flags)


def compile_model(model: "pm.Model") -> ModelFile:
    """Compile a PyMC model with nutpie and take its machine code out."""
    import nutpie

    names = [variable.name for variable in model.unobserved_RVs if variable.name in KEPT]
    gc.disable()  # the compiler makes many objects and no garbage: a tenth of its time
    try:
        with _each_operation_once():
            compiled = nutpie.compile_pymc_model(model, jitter_rvs=set(), var_names=names)
    finally:
        gc.enable()
    layout = {
        "dims": compiled.dims,
        "reparameterized_names": compiled.reparameterized_names,
        "n_expanded": int(compiled.n_expanded),
        "shape_info": compiled.shape_info,
        "_n_dim": int(compiled.n_dim),
        "_shapes": compiled._shapes,
        "_coords": compiled._coords,
    }
    data = {
        variable.name: compiled.shared_data[key]
        for variable, key in compiled.shared_var_keys.items()
    }
    return ModelFile(
        machine=_this_machine(),
        logp=_machine_code(compiled.compiled_logp_func),
        expand=_machine_code(compiled.compiled_expand_func),
        start=np.asarray(compiled.initial_point_func(0)),
        data=data,
        layout=layout,
    )


@contextmanager
def _each_operation_once() -> Iterator[None]:
    """Let PyTensor compile an operation once a model, not once a use: a quarter of the time.

    PyTensor names operations for its cache on disk, which is off here: the same name and the same
    types of inputs are the same function.
    """
    from pytensor.link.numba.dispatch import basic

    known: dict[tuple, Callable] = {}

    def shared(op: Any, node: Any = None, **options: Any) -> tuple[Callable, None]:
        function, name = basic.numba_funcify_and_cache_key(op, node=node, **options)
        if name is not None and node is not None:
            types = tuple(str(variable.type) for variable in node.inputs)
            function = known.setdefault((name, types), function)
        return function, None

    with mock.patch.object(basic, "numba_funcify_ensure_cache", shared):
        yield


def runnable(file: ModelFile) -> "CompiledPyMCModel":
    """Make a model file runnable in this process, as nutpie's own compiled model.

    Raises
    ------
    OtherMachineError
        If it was made for another processor or other versions.
    """
    from nutpie.compile_pymc import CompiledPyMCModel, make_user_data

    if file.machine != _this_machine():
        raise OtherMachineError(
            f"the model was compiled for {file.machine}, this is {_this_machine()}; "
            "compile it here (delete the study's compiled/ folder and run again)."
        )
    keys = {SharedData(name, value.ndim): name for name, value in file.data.items()}
    data = {name: np.array(value, order="C") for name, value in file.data.items()}
    return CompiledPyMCModel(
        compiled_logp_func=_function(file.logp),
        compiled_expand_func=_function(file.expand),
        initial_point_func=_jittered(file.start),
        shared_data=data,
        shared_var_keys=keys,
        user_data=make_user_data(keys, data),
        logp_func=None,
        expand_func=None,
        **file.layout,
    )


def save_model(file: ModelFile, path: str | Path) -> None:
    """Write a model file."""
    with written_whole(path) as part:
        part.write_bytes(zlib.compress(pickle.dumps(file)))


def load_model(path: str | Path) -> ModelFile:
    """Read what `save_model` wrote. Like any pickle, read only files of your own."""
    with reading(path):
        return pickle.loads(zlib.decompress(Path(path).read_bytes()))


def _jittered(start: np.ndarray):
    """Starting points: uniform within 1 of `start`, on the unconstrained scale."""

    def initial_point(seed):
        return start + np.random.default_rng(seed).uniform(-1.0, 1.0, len(start))

    return initial_point


def _this_machine() -> tuple:
    versions = tuple((name, version(name)) for name in ("numba", "nutpie"))
    return (*_codegen().magic_tuple(), *versions)


def _codegen():
    from numba.core.registry import cpu_target
    from numba.core.runtime.nrt import rtsys

    rtsys.initialize(cpu_target.target_context)  # loaded code allocates by numba's runtime
    return cpu_target.target_context.codegen()


def _machine_code(function) -> tuple:
    """A numba C callback's object code and entry symbol, as numba's own cache keeps them."""
    return function._library.serialize_using_object_code(), function.native_name


def _function(code: tuple) -> SimpleNamespace:
    """The callback of `_machine_code`, loaded into this process."""
    serialized, symbol = code
    library = _codegen().unserialize_library(serialized)
    # the library must live as long as its address is used
    return SimpleNamespace(address=library.get_pointer_to_function(symbol), library=library)
