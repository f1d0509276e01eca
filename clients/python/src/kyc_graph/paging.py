"""Lists over their pages."""

from typing import Any, Callable, Iterator, Optional


def rows(page: Callable[[Optional[str]], Any]) -> Iterator[Any]:
    """Yields the rows of all pages, each page when its first row is wanted."""
    after: Optional[str] = None
    while True:
        connection = page(after)
        if connection is None:
            return
        yield from connection.nodes
        info = connection.page_info
        if not info.has_next_page:
            return
        if info.end_cursor is None or info.end_cursor == after:
            raise ValueError("The page names no further cursor.")
        after = info.end_cursor
