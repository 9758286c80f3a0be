"""Question kinds: one file each. A new file here is at once offered, asked, checked and measured."""

from apps.annotations.kinds.base import Kind
from apps.core.registry import Registry

kinds: Registry[Kind] = Registry("apps.annotations.kinds", Kind)
