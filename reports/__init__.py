"""Answers with what a reader must know to cite them."""
