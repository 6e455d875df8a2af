"""The ``%igniter cluster`` commands: arguments, completion, and what each does."""
