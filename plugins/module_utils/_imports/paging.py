# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a list to its end.

The answer is `{"entries": [...], "nextCursor": "..."}` and `limit` is a query parameter (D). The name of the parameter that takes
the cursor is not documented: `cursor` is likely (I). So the name is found by trying: one that the service does not know
is refused (400), or ignored, which shows in a page that has been seen before.
"""

from __future__ import annotations

import hashlib
import time
import typing as t

from .._http.errors import CallError, Where

PAGE_SIZE = 100

#: In the order of likelihood (I).
CURSOR_NAMES = ("cursor", "nextCursor", "after", "next", "pageToken", "next_cursor", "pageCursor", "startingAfter", "from", "page")

#: When no name is understood, one large page is asked for instead.
LARGE_PAGES = (1000, 10000)

#: A list longer than this many pages, or entries, or seconds, is not read further: something is wrong then. Records vanish after
#: 30 days (D), so these are more than three thousand imports a run.
MOST_PAGES = 1000
MOST_ENTRIES = MOST_PAGES * PAGE_SIZE
MOST_SECONDS = 900.0

#: A longer cursor (characters) would not fit into a URL.
LONGEST_CURSOR = 2048

#: A longer key (characters) of an entry is remembered by its digest.
LONGEST_KEY = 128

Page = dict[str, t.Any]
GetPage = t.Callable[[dict[str, t.Any]], Page]


def entries(get_page: GetPage, where: Where, clock: t.Callable[[], float] = time.monotonic) -> t.Iterator[t.Any]:
    """Yield every entry once, asking `get_page` with query parameters until there is no further cursor."""
    return _List(get_page, where, clock).entries()


class _List:
    def __init__(self, get_page: GetPage, where: Where, clock: t.Callable[[], float]) -> None:
        self._get_page = get_page
        self._where = where
        self._clock = clock
        self._end = clock() + MOST_SECONDS
        self._limit: dict[str, t.Any] = {"limit": PAGE_SIZE}
        self._names: tuple[str, ...] = CURSOR_NAMES
        self._seen: set[str] = set()

    def entries(self) -> t.Iterator[t.Any]:
        page = self._first()
        for _count in range(MOST_PAGES):
            yield from self._fresh(page)
            following = self._following(page)
            if following is None:
                return
            page = following
            if self._clock() > self._end:
                raise self._endless(f"{MOST_SECONDS:g} seconds", "the service is slow, or there are too many calls: run again, with fewer forks")
        raise self._endless(f"{MOST_PAGES} pages")

    def _endless(self, much: str, next_step: str = "check that api_url is the Staffbase API") -> CallError:
        return CallError(f"The list of imports did not end after {much}", self._where, next_step=next_step)

    def _first(self) -> Page:
        page = self._try(self._limit)
        if page is None:
            # The highest limit is not documented; without one the service chooses.
            self._limit = {}
            page = self._get_page({})
        # An empty object (204) is an empty list.
        return self._listing(page or {"entries": []})

    def _listing(self, page: Page) -> Page:
        if not isinstance(page.get("entries"), list):
            # An answer that is no list must not be read as "there are no (further) imports": that would upload twice.
            raise CallError("The answer is not the list of imports", self._where, status=200)
        return page

    def _following(self, page: Page) -> Page | None:
        cursor = page.get("nextCursor")
        if not cursor:
            return None
        if not _is_usable(cursor):
            raise CallError("The list of imports has more pages, but the cursor of the next page cannot be used", self._where, status=200)
        for name in self._names:
            found = self._try({**self._limit, name: cursor})
            if found is not None and self._is_further(self._listing(found), cursor):
                self._names = (name,)
                return found
        return self._large(page)

    def _large(self, page: Page) -> Page | None:
        for size in LARGE_PAGES:
            found = self._try({"limit": size})
            if found is not None and not self._listing(found).get("nextCursor"):
                return found
        raise CallError(
            f"The list of imports has more than {len(_listed(page))} entries, but the service does not accept its own cursor for the next page",
            self._where, next_step="please report this: the name of the parameter for the cursor is not documented",
        )

    def _is_further(self, page: Page, cursor: t.Any) -> bool:
        """A page that holds nothing new and points to itself is the first one again: the parameter was ignored."""
        keys = [_key(entry) for entry in _listed(page)]
        if not keys:
            return page.get("nextCursor") != cursor
        return any(key not in self._seen for key in keys)

    def _fresh(self, page: Page) -> t.Iterator[t.Any]:
        for entry in _listed(page):
            key = _key(entry)
            if key not in self._seen:
                self._seen.add(key)
                if len(self._seen) > MOST_ENTRIES:
                    raise self._endless(f"{MOST_ENTRIES} entries")
                yield entry

    def _try(self, params: dict[str, t.Any]) -> Page | None:
        try:
            return self._get_page(params)
        except CallError as error:
            if error.status not in (400, 422):
                raise
            return None


def _listed(page: Page) -> list[t.Any]:
    found = page.get("entries")
    return found if isinstance(found, list) else []


def _is_usable(cursor: t.Any) -> bool:
    """Opaque, so a number is as good as a text; but anything else would not come back as it was given."""
    if isinstance(cursor, int) and not isinstance(cursor, bool):
        return True
    return isinstance(cursor, str) and len(cursor) <= LONGEST_CURSOR and cursor.isprintable()


def _key(entry: t.Any) -> str:
    key = str(entry.get("id")) if isinstance(entry, dict) else repr(entry)
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
