"""An unknown database to a site's folder: looked at, drafted, written, checked."""

from facade.flow.init.drafts import Draft, check_drafts
from facade.flow.init.make import Made, make_site
from facade.flow.init.wish import InitError, Wish, make_wish

__all__ = ["Draft", "InitError", "Made", "Wish", "check_drafts", "make_site", "make_wish"]
