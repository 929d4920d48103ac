"""Subscriptions, sockets, replay: every change at the practice, told as it happens."""

from practice.live.book import follow
from practice.live.hub import Hub, Sessions
from practice.live.operations import Operation, operations
from practice.live.routes import routes

__all__ = ["Hub", "Operation", "Sessions", "follow", "operations", "routes"]
