"""Which modules of ours a file imports, as `make deps` reads it, for the architecture and pipeline tests."""

from code_deps import SRC, imported_names, reached_files

__all__ = ["SRC", "imported_names", "reached_files"]
