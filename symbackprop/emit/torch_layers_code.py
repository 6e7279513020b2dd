"""Layers for PyTorch: modules that hold their parameters, with the backward passes of their derivations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import code_names, public
from symbackprop.emit.literals import OWN, opening, safe
from symbackprop.emit.split_module import SplitModule
from symbackprop.emit.torch_code import TORCH, autograd_function
from symbackprop.graph.fresh_names import Room

Row: TypeAlias = tuple[str, str, Derivation]  # the name of a layer, the input that flows through it
# what a module of PyTorch keeps for itself
KEPT = frozenset((
    "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double "
    "dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule "
    "half ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters "
    "parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook "
    "register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook "
    "register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook "
    "register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to "
    "to_empty train training type xpu zero_grad "
).split())  # fmt: skip
LAYER = '''class {name}(torch.nn.Module):
    """A layer from {data} to {of}; what it differentiates by are parameters, other arrays are buffers."""

    def __init__({given}):
        super().__init__()
{held}
    def forward({own}, {flowing}):
        return {function}.apply({arguments})
'''


def layers(rows: Sequence[Row]) -> str:
    """A module with a class for each."""
    typed = (n for _, _, d in rows for n in code_names(d).room.typed)
    room = Room.code((*(name for name, _, _ in rows), *typed), OWN)
    body, m = list[str](), None
    for name, data, d in rows:
        passes = room.spaced(f"_{name}_forward"), room.spaced(f"_{name}_backward")
        m = SplitModule(d, TORCH, m, passes=passes)
        m.room = room
        function = room.spaced(f"{name}Function")
        body += [m.forward(), m.backward(), autograd_function(m, function), layer(name, data, m, function)]
    head = opening(", ".join(name for name, _, _ in rows), TORCH.imports, *(d.graph for _, _, d in rows))
    return "".join([head, *(f"\n\n{x}" for x in (*body, *(m.below() if m else [])))])


def layer(name: str, data: str, m: SplitModule, function: str) -> str:
    """A module that gives the autograd function its own arrays."""
    d, inputs = m.d, m.d.graph.inputs
    own = m.room.spaced("self") if "self" in inputs else "self"
    held = {n: attribute(public(n)) for n in inputs if n != data}
    lines = [
        f"        {own}.{kept} = torch.nn.Parameter(torch.as_tensor({safe(n)}).detach().clone())\n"
        if n in d.wrt else f"        {own}.register_buffer({kept!r}, torch.as_tensor({safe(n)}).clone())\n"
        for n, kept in held.items()
    ]  # fmt: skip
    arguments = (safe(n) if n == data else f"{own}.{held[n]}" for n in inputs)
    return LAYER.format(
        name=name, data=public(data), of=d.of, own=own, given=", ".join([own, *map(safe, held)]),
        held="".join(lines), flowing=safe(data), function=function, arguments=", ".join(arguments),
    )  # fmt: skip


def attribute(name: str) -> str:
    """What an array is called in a module, which keeps some names for itself."""
    return f"{name}_" if name in KEPT or name.startswith("_") else name
