"""The capacity report: its content as a document, a module a section."""
