"""Providers: the APIs through which models are called. Each vendor SDK stays in its own module."""
