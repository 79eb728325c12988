"""One module a job-log format, each recognised by its content."""
