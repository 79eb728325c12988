"""The facts (Delta Lake) and the catalogue (SQLAlchemy): the only place that reads or writes them."""
