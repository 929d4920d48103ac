"""The words that the desktop client and the practice service share.

Pure and tiny: no I/O, no Qt, no HTTP. Whatever crosses the wire by name (a code system, an
identifier system, an allowed move of a state, an error code) is written here once.

Source: docs/contract.md.
"""
