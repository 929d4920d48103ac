"""Subscriptions, sockets and replay."""
