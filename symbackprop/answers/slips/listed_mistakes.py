"""All mistakes that have a name, with what is said of each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symbackprop.catalogue import LANGUAGES, catalogue

PART = "mistake."
mistakes: Mapping[str, Mapping[str, str]] = MappingProxyType({
    key.removeprefix(PART): MappingProxyType({language: catalogue(language)[key] for language in LANGUAGES})
    for key in catalogue(LANGUAGES[0])
    if key.startswith(PART)
})  # fmt: skip
"""Key of a mistake -> language -> its sentence, with gaps such as `{node}`: `mistakes["sign"]["de"]`."""
