"""Two versions side by side: plain values go in, and what she decided comes out."""

from postdesk.ui.conflict.rows import OF_BLOG, Row, rows_of
from postdesk.ui.conflict.view import Comparison, ConflictView

__all__ = ["OF_BLOG", "Comparison", "ConflictView", "Row", "rows_of"]
