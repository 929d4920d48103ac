"""Accounts, sign-in and tokens."""

from practice.identity.accounts import Account
from practice.identity.identity import COMMAND_TOKEN_S, Identity
from practice.identity.keys import SigningKey
from practice.identity.routes import SignInPages, routes

__all__ = ["COMMAND_TOKEN_S", "Account", "Identity", "SignInPages", "SigningKey", "routes"]
