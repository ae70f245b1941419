"""The pages: forms, templates and routes."""
