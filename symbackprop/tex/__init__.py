"""TeX: which engine, which preamble, how text is escaped, how a source becomes a PDF."""
