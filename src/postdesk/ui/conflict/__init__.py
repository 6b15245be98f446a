"""Two versions side by side: plain values go in, and what she decided comes out."""

from postdesk.ui.conflict.of_blog import beside_blog
from postdesk.ui.conflict.rows import Row, rows_of
from postdesk.ui.conflict.view import Comparison, ConflictView

__all__ = ["Comparison", "ConflictView", "Row", "beside_blog", "rows_of"]
