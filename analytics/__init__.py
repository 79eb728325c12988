"""Pure functions: frames in, frames out; no files, no SQL, no network."""
