"""Says when something was or will be, as a writer would: "just now", "Yesterday 18:20", "19 Nov"."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

from postdesk.core.language import _, ngettext

_MINUTE = 60
_HOUR = 3600


def when_words(moment: datetime, now: datetime, locale: QLocale, *, changed: bool = False) -> str:
    """`moment` in few words, seen from `now`; both are instants with an offset, days are those of `now`'s offset.

    With `changed`, the last hour says that something changed then ("Changed just now").
    """
    here = moment.astimezone(now.tzinfo)
    seconds = (now - here).total_seconds()
    if abs(seconds) < _MINUTE:  # clocks of two machines differ a little
        return _("Changed just now") if changed else _("Just now")
    if 0 < seconds < _HOUR:
        minutes = int(seconds // _MINUTE)
        if changed:
            return ngettext("Changed {count} minute ago", "Changed {count} minutes ago", minutes)
        return ngettext("{count} minute ago", "{count} minutes ago", minutes)
    clock = locale.toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)
    days = (here.date() - now.date()) // timedelta(days=1)
    if days == 0:
        return _("Today {time}").format(time=clock)
    if days == -1:
        return _("Yesterday {time}").format(time=clock)
    if days == 1:
        return _("Tomorrow {time}").format(time=clock)
    day = day_words(here, locale, year=here.year != now.year)
    return _("{day}, {time}").format(day=day, time=clock) if days > 0 else day


def month_words(year: int, month: int, locale: QLocale) -> str:
    """A month as a heading, e.g. "November 2026"."""
    name = locale.standaloneMonthName(month, QLocale.FormatType.LongFormat)
    return _("{month} {year}").format(month=name[:1].upper() + name[1:], year=year)


def day_words(moment: datetime, locale: QLocale, *, year: bool) -> str:
    """The day in the order of the locale's short date, the month as a short word, e.g. "19 Nov" or "Nov 19, 2025"."""
    order = locale.dateFormat(QLocale.FormatType.ShortFormat).lower()
    month_first = order.find("m") < order.find("d")
    pattern = "MMM d" if month_first else "d MMM"
    if year:
        pattern += ", yyyy" if month_first else " yyyy"
    return locale.toString(QDate(moment.year, moment.month, moment.day), pattern)
