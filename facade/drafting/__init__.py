"""Drafts a pack for a database that nobody has seen: from its catalog to streams, mappings and code maps."""

from facade.drafting.draft import Drafted, Guess, draft_pack

__all__ = ["Drafted", "Guess", "draft_pack"]
