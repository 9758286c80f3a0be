"""The pages of a project that know nothing of tasks: list, people, guideline, settings."""
