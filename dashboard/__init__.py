"""Dash pages: frames in, figures and grids out."""
