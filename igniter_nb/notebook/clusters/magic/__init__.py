"""Commands of ``%igniter cluster``: their table, arguments and completion."""
