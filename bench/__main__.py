"""`python -m bench`: every benchmark, or with `--rows` one of another size."""

from bench.ingest import main

if __name__ == "__main__":
    main()
