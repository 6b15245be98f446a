"""Texts that are known to be costly to parsers of Markdown and HTML, each for any length."""

from __future__ import annotations

from collections.abc import Callable

Pattern = Callable[[int], str]


def repeated(piece: str) -> Pattern:
    """`piece` again and again."""
    return lambda n: piece * (n // len(piece))


def around(opening: str, middle: str, closing: str) -> Pattern:
    """As many openings as closings around a middle."""
    return lambda n: opening * (times := n // len(opening + closing)) + middle + closing * times


def counted(line: Callable[[int], str]) -> Pattern:
    """Lines that are all different: `line` of 0, 1, 2, …"""

    def made(n: int) -> str:
        lines, length, number = [], 0, 0
        while length < n:
            lines.append(line(number))
            length += len(lines[-1]) + 1
            number += 1
        return "\n".join(lines)

    return made


def _used(definition: Callable[[int], str], use: Callable[[int], str]) -> Pattern:
    return lambda n: counted(definition)(n // 2) + "\n\n" + counted(use)(n // 2)


def _circle(n: int) -> str:
    count = n // 24
    return "[^0]\n\n" + "\n\n".join(f"[^{i}]: note [^{(i + 1) % count}]" for i in range(count))


def _table(n: int) -> str:
    side = max(2, int((n // 4) ** 0.5))
    row = "| a " * side + "|\n"
    return row + "|---" * side + "|\n" + row * side


def _short_rows(n: int) -> str:
    side = n // 6
    return "| a " * side + "|\n" + "|-" * side + "|\n" + "|a\n" * 100


def _staircase(mark: str, step: str) -> Pattern:
    """A list (or a quotation) that is nested one level deeper on each line; its length grows with the square."""

    def made(n: int) -> str:
        return "".join(f"{step * level}{mark} a\n" for level in range(int((2 * n / len(step)) ** 0.5)))

    return made


PATTERNS: dict[str, Pattern] = {
    # links and pictures
    "open brackets": repeated("["),
    "open brackets and a": repeated("[a"),
    "nested brackets": around("[", "a", "]"),
    "nested links": around("[", "a", "](b)"),
    "nested pictures": around("![", "a", "](b)"),
    "open pictures": repeated("!["),
    "open addresses": repeated("[a]("),
    "open pointed addresses": repeated("[a](<b"),
    "open addresses with a title": repeated('[a](b "c'),
    "open parentheses": lambda n: "[a](" + "(" * n,
    "closed brackets": repeated("]"),
    "empty links": repeated("[]()"),
    "references": repeated("[a][b] "),
    "escaped brackets": repeated("\\[\\]"),
    "a label of brackets": lambda n: "[" + "\\]" * (n // 2) + "]: /x\n",
    "definitions": counted(lambda i: f"[r{i}]: /x{i} 'title {i}'"),
    "definitions that are used": _used(lambda i: f"[r{i}]: /x", lambda i: f"[r{i}]"),
    "half definitions": repeated("[a]:\n"),
    "bare addresses": repeated("https://x.example/a "),
    "half addresses": repeated("https://"),
    "addresses of mail": repeated("a@b."),
    "open tags of addresses": repeated("<https://a"),
    # emphasis and code
    "open weights": repeated("**a "),
    "open emphases": repeated("*a "),
    "emphases and weights": repeated("*a **b "),
    "underlines": repeated("_a__b "),
    "stars and underlines": repeated("*a_"),
    "closed emphases": repeated("a* "),
    "stars": repeated("*"),
    "underscores": repeated("_"),
    "nested emphases": around("*", "a", "*"),
    "nested weights": around("**", "a", "**"),
    "nested both": around("*_", "a", "_*"),
    "strikes": repeated("~~a "),
    "tildes": repeated("~"),
    "backticks": repeated("`"),
    "growing backticks": lambda n: " ".join("`" * i + "a" for i in range(1, int((2 * n) ** 0.5))),
    "backticks and a": repeated("`a "),
    "double backticks": repeated("``a` "),
    "backslashes": repeated("\\"),
    "escapes": repeated("\\*"),
    "dollars": repeated("$a "),
    "quotation marks": repeated("\"'"),
    # HTML
    "open angles": repeated("<"),
    "open angles and a": repeated("<a "),
    "open angles and slashes": repeated("</"),
    "closed angles": repeated(">"),
    "open divs": repeated("<div>"),
    "open divs on lines": repeated("<div>\n"),
    "open divs and blank lines": repeated("<div>\n\n"),
    "closed divs": repeated("</div>"),
    "nested divs": around("<div>", "a", "</div>"),
    "nested spans": around("<span>", "a", "</span>"),
    "nested bold": around("<b>", "a", "</b>"),
    "crossing tags": repeated("<b><i></b></i>"),
    "unknown tags": repeated("<x-y>a"),
    "open attributes": lambda n: "<a " + "a=b " * (n // 4),
    "open attribute": lambda n: "<a href='" + "a" * n,
    "many attributes": lambda n: "<p " + "".join(f"a{i} " for i in range(n // 6)) + ">",
    "equals": lambda n: "<p " + "=" * n + ">",
    "slashes in a tag": lambda n: "<p " + "/" * n + ">",
    "quotes in a tag": lambda n: "<p " + "a='" * (n // 3) + ">",
    "blanks in a tag": lambda n: "<p" + " " * n,
    "blanks in a closing tag": lambda n: "</p" + " " * n,
    "line ends in a tag": lambda n: "<p" + "\n" * n,
    "open comments": repeated("<!--"),
    "comments": repeated("<!-- a -->"),
    "dashes in a comment": lambda n: "<!--" + "-" * n,
    "odd comments": repeated("<!-->"),
    "ends of comments": repeated("-->"),
    "declarations": repeated("<!"),
    "doctypes": repeated("<!DOCTYPE a ["),
    "CDATA": repeated("<![CDATA["),
    "marked sections": repeated("<![if a]>"),
    "instructions": repeated("<?"),
    "scripts": repeated("<script>"),
    "open script": lambda n: "<script>" + "</" * (n // 2),
    "ends of scripts": repeated("</script "),
    "styles and text": repeated("<style>a"),
    "textareas": repeated("<textarea></title>"),
    "plaintext": lambda n: "<plaintext>" + "<a>" * (n // 3),
    "dropped elements": around("<svg>", "a", "</svg>"),
    "dropped and never closed": lambda n: "<svg>" * (n // 10) + "</math>" * (n // 14),
    "raw blocks that hold Markdown": repeated('<div markdown="1">\n\n'),
    "raw blocks one after another": repeated("<p>a</p>\n\n"),
    "entities": repeated("&amp;"),
    "half entities": repeated("&"),
    "half entities and a": repeated("&a"),
    "numbers": repeated("&#"),
    "large numbers": lambda n: "&#" + "9" * n + ";",
    "hexadecimal numbers": repeated("&#xfffffffff;"),
    "half names": lambda n: "&" + "a" * n,
    "entity of a half": repeated("&#xd800;"),
    # blocks
    "quotation marks of a block": repeated(">"),
    "quotation marks and blanks": repeated("> "),
    "quoted lines": repeated("> a\n"),
    "quoted fences": repeated("> ```\n"),
    "quotations and paragraphs": repeated("> a\n\n"),
    "nested lists on a line": repeated("- "),
    "numbers on a line": repeated("1. "),
    "lists and quotations on a line": repeated("- > "),
    "staircase of bullets": _staircase("-", "  "),
    "staircase of numbers": _staircase("1.", "    "),
    "staircase of quotations": lambda n: "".join("> " * i + "a\n" for i in range(int(n**0.5))),
    "bullets": repeated("- a\n"),
    "loose bullets": repeated("- a\n\n"),
    "empty bullets": repeated("-\n"),
    "bullets of all kinds": repeated("- a\n+ b\n* c\n1. d\n2) e\n"),
    "bullets and code": repeated("- a\n\n      code\n\n"),
    "tasks": repeated("- [ ] a\n"),
    "open fences": repeated("```\n"),
    "fences of two kinds": repeated("```\n~~~\n"),
    "growing fences": lambda n: "\n".join("`" * i for i in range(3, int((2 * n) ** 0.5))),
    "fences with a language": repeated("```python\ndef f(x):\n```\n"),
    "a fence with a long language": lambda n: "```" + "a" * n + "\nb\n```",
    "a fence with attributes": lambda n: "``` {" + ".a " * (n // 3) + "}\nb\n```",
    "indented lines": repeated("    a\n"),
    "indented and not": repeated("    a\nb\n"),
    "headings": repeated("# a\n"),
    "marks of headings": repeated("#"),
    "a heading that closes": lambda n: "# a " + "#" * n,
    "a heading that nearly closes": lambda n: "# a " + "# " * (n // 2) + "b",
    "titles": repeated("a\n===\n"),
    "rules": repeated("---\n"),
    "a long rule": repeated("- - "),
    "a rule that is none": lambda n: "*" + " *" * (n // 2) + "a",
    "table": _table,
    "table with short rows": _short_rows,
    "bars": repeated("|"),
    "rows without a head": repeated("|a|b|\n"),
    "half tables": repeated("|a|\n|-|\n"),
    "dashes and bars": repeated("-|"),
    "definition lists": repeated("a\n: b\n"),
    "loose definition lists": repeated("a\n\n:   b\n\n"),
    "colons": repeated(":\n"),
    "footnotes": counted(lambda i: f"[^{i}]: a"),
    "footnotes that are used": _used(lambda i: f"[^{i}]: b", lambda i: f"a[^{i}]"),
    "footnotes in a circle": _circle,
    "one footnote used often": lambda n: "[^a] " * (n // 5) + "\n\n[^a]: b",
    "a footnote in itself": repeated("[^a]: b [^a]\n\n"),
    "abbreviations": counted(lambda i: f"*[A{i}]: b"),
    "abbreviations that are used": _used(lambda i: f"*[A{i}]: b", lambda i: f"A{i}"),
    "abbreviation of a letter": lambda n: "*[a]: b\n\n" + "a " * (n // 2),
    "abbreviation of nothing": lambda n: "*[]: b\n\n" + "a " * (n // 2),
    "attribute lists": repeated("a\n{: .b #c d=e }\n\n"),
    "an open attribute list": lambda n: "# a {: " + "a=" * (n // 2),
    "an attribute list of quotes": lambda n: "# a {: a=\"" + "'" * n + " }",
    "braces": repeated("{"),
    "nested braces": around("{", "a", "}"),
    "captions": repeated('![a](b.png "c")\n\n'),
    "pictures on a line": repeated("![a](b.png) "),
    "short codes": repeated("[gallery ids='1,2"),
    "marks of more": repeated("<!--more-->\n"),
    "block markup": repeated("<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n"),
    "open block markup": repeated('<!-- wp:group {"a":{'),
    # lines and letters
    "blank lines": repeated("\n"),
    "blank lines with blanks": repeated("   \n"),
    "hard breaks": repeated("a  \n"),
    "hard breaks with a backslash": repeated("a\\\n"),
    "one paragraph": repeated("a sentence of words\n"),
    "paragraphs": repeated("a sentence of words\n\n"),
    "one word": repeated("a"),
    "one line": repeated("word "),
    "capital letters": repeated("A"),
    "digits": repeated("9"),
    "carriage returns": repeated("\r"),
    "tabs": repeated("\t"),
    "blanks": repeated(" "),
    "blanks that do not break": repeated("\xa0"),
    "paragraph separators": repeated("\u2029"),
    "NUL": repeated("\0"),
    "STX": repeated("\x02"),
    "ETX": repeated("\x03"),
    "stash marks": repeated("\x02wzxhzdk:0\x03"),
    "stash marks of footnotes": repeated("\x02klzzwxh:0001\x03"),
    "halves of letters": repeated("\ud800"),
    "other halves": repeated("a\udc80"),
    "combining marks": repeated("\u0301"),
    "emoji": repeated("\U0001f469\u200d\U0001f4bb"),
    "right to left": repeated("\u202eשלום "),
    "Chinese": repeated("漢"),
    "noncharacters": repeated("\ufdd0\ufffe\uffff"),
    "percents": repeated("%2"),
    "hyphens": repeated("-"),
    "dots": repeated("."),
    "hash tags": repeated("#tag "),
    "colons of emoji": repeated(":a:"),
    "carets": repeated("a^b "),
    "marks": repeated("==a "),
    "insertions": repeated("++a "),
}  # fmt: skip
